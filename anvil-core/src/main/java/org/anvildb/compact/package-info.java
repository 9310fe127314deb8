/** Flush and compaction: pure pickers that decide, and jobs that do. */
@NullMarked
package org.anvildb.compact;

import org.jspecify.annotations.NullMarked;

/** The write-ahead log: batch format, mapped segments, recycling, group commit and replay. */
@NullMarked
package org.anvildb.wal;

import org.jspecify.annotations.NullMarked;

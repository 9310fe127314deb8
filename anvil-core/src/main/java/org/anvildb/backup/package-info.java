/** Incremental backups: a directory of several, of which each can be restored by itself. */
@NullMarked
package org.anvildb.backup;

import org.jspecify.annotations.NullMarked;

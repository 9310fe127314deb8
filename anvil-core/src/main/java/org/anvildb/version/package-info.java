/** Which tables are live: table metadata, versions, edits, and the manifest that records them. */
@NullMarked
package org.anvildb.version;

import org.jspecify.annotations.NullMarked;

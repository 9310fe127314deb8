/** One table file (SST): blocks, point index, filter, codecs, writer, reader and block cache. */
@NullMarked
package org.anvildb.table;

import org.jspecify.annotations.NullMarked;

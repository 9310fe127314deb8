/** The memtable: an ordered index and a point index whose entries point into a log segment. */
@NullMarked
package org.anvildb.memtable;

import org.jspecify.annotations.NullMarked;

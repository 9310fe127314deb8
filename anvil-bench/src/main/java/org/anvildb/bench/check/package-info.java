/** Holds a CSV file of results against the speed that AnvilDB is asked to have. */
@NullMarked
package org.anvildb.bench.check;

import org.jspecify.annotations.NullMarked;

/**
 * The keys and values that all engines get: a function of an index, never an array of all of them.
 */
@NullMarked
package org.anvildb.bench.data;

import org.jspecify.annotations.NullMarked;

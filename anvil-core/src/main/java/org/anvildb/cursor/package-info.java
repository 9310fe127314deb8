/**
 * The internal cursor contract, and the cursors that combine others: merging, bounds, visibility.
 */
@NullMarked
package org.anvildb.cursor;

import org.jspecify.annotations.NullMarked;

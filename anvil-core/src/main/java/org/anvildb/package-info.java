/** The entrance: {@link org.anvildb.Anvil} opens databases, all else follows from there. */
@NullMarked
package org.anvildb;

import org.jspecify.annotations.NullMarked;

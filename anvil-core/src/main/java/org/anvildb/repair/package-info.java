/** Building a new database out of what verifies of a damaged one. */
@NullMarked
package org.anvildb.repair;

import org.jspecify.annotations.NullMarked;

/**
 * Storage for tests, ours and users': in memory, able to crash into any legal disk state, able to
 * fail.
 */
@NullMarked
package org.anvildb.storage.sim;

import org.jspecify.annotations.NullMarked;

/** The engine that joins the parts: commit, reads, background work, recovery. */
@NullMarked
package org.anvildb.engine;

import org.jspecify.annotations.NullMarked;

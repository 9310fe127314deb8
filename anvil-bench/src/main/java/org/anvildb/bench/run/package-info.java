/** Runs the cells in turn, each in a process of its own, and keeps the directories between. */
@NullMarked
package org.anvildb.bench.run;

import org.jspecify.annotations.NullMarked;

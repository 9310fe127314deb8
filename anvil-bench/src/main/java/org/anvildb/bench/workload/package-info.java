/** What is measured: the workloads, the loop that times them, and what a process cost. */
@NullMarked
package org.anvildb.bench.workload;

import org.jspecify.annotations.NullMarked;

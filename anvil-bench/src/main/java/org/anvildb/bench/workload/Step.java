package org.anvildb.bench.workload;

/** One timed operation of a workload. */
@FunctionalInterface
public interface Step {
  /**
   * Does the operation.
   *
   * @param index counts the operations of this thread from 0
   * @return how many entries it handled: what the rate counts
   */
  int run(long index);
}

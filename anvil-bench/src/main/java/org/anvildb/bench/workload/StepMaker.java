package org.anvildb.bench.workload;

import org.anvildb.bench.engine.Session;

/** Makes the step of one thread, with all that the thread reuses. */
@FunctionalInterface
interface StepMaker {
  /**
   * Makes a step.
   *
   * @param data the keys and values
   * @param session the thread's way to the store
   * @param thread 0 to threads - 1
   * @param threads how many threads take part
   */
  Step make(Data data, Session session, int thread, int threads);
}

package org.anvildb.storage.sim;

/**
 * Sees each operation of a {@link MemoryStorage}. Either method may take a crashed copy, or throw,
 * which ends the operation with that exception. It runs under the storage's lock.
 */
public interface OperationHook {
  /**
   * Called before an operation has any effect.
   *
   * @param operation what is to be done
   * @param index how many operations were begun before
   */
  default void before(Operation operation, long index) {}

  /**
   * Called after an operation that did not fail.
   *
   * @param operation what was done
   * @param index how many operations were begun before it
   */
  default void after(Operation operation, long index) {}
}

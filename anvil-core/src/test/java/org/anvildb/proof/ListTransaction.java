package org.anvildb.proof;

import java.util.Map;

/**
 * What one step of a {@link ListAppendRun} read and appended: lists of numbers, each number
 * appended once in all of the history. Immutable by convention: nobody changes the arrays.
 *
 * @param invoked the moment before it, by a counter that all threads share
 * @param returned the moment after it
 * @param isAborted whether nothing of it was written
 * @param reads what it saw, by key
 * @param appends what it appended, by key, in order
 */
record ListTransaction(
    long invoked,
    long returned,
    boolean isAborted,
    Map<Integer, int[]> reads,
    Map<Integer, int[]> appends) {
  boolean isReadOnly() {
    return appends.isEmpty();
  }
}

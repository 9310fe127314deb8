package org.anvildb.proof;

import java.util.Arrays;

/**
 * A call to the database and its outcome, on keys that are numbered from 0 and values that are
 * numbers, each written once: what the check for linearizability knows of it. Immutable by
 * convention: nobody changes the arrays.
 */
sealed interface HistoryCall {
  /** The value of a key that is not there; written, it removes the key. */
  int ABSENT = 0;

  /** Expected or seen: some value, whichever. */
  int PRESENT = -1;

  /** Returns the keys that the call reads or writes. */
  int[] keys();

  /**
   * Takes effect on a state, if its outcome fits there.
   *
   * @param values the value of each key, changed in place by a write
   * @param writes how many writes took effect before
   * @return whether it fits
   */
  boolean apply(int[] values, long writes);

  /** Tells whether the call wrote something: then it counts as a write. */
  boolean writes();

  private static boolean fits(int expected, int value) {
    return expected == PRESENT ? value != ABSENT : expected == value;
  }

  /** A put, a delete or a batch: all of it takes effect at once, in the order of its operations. */
  record Write(int[] keys, int[] written) implements HistoryCall {
    static Write of(int key, int value) {
      return new Write(new int[] {key}, new int[] {value});
    }

    @Override
    public boolean apply(int[] values, long writes) {
      for (int i = 0; i < keys.length; i++) {
        values[keys[i]] = written[i];
      }
      return true;
    }

    @Override
    public boolean writes() {
      return true;
    }

    @Override
    public String toString() {
      return "write " + Arrays.toString(keys) + " = " + Arrays.toString(written);
    }
  }

  /** A write under a condition on the key's present value, and whether the condition held. */
  record Conditional(int key, int expected, int value, boolean done) implements HistoryCall {
    @Override
    public int[] keys() {
      return new int[] {key};
    }

    @Override
    public boolean apply(int[] values, long writes) {
      if (fits(expected, values[key]) != done) {
        return false;
      }
      if (done) {
        values[key] = value;
      }
      return true;
    }

    @Override
    public boolean writes() {
      return done;
    }

    @Override
    public String toString() {
      return "if [%d] is %d write %d: %s".formatted(key, expected, value, done);
    }
  }

  /**
   * What one view showed, all of it of one moment.
   *
   * @param keys the keys that were looked at
   * @param seen what they held, or {@link #PRESENT} where only that was asked for
   * @param sequence how many writes the view said that it sees; -1 if it said nothing
   */
  record View(int[] keys, int[] seen, long sequence) implements HistoryCall {
    static View of(int key, int seen) {
      return new View(new int[] {key}, new int[] {seen}, -1);
    }

    @Override
    public boolean apply(int[] values, long writes) {
      if (sequence >= 0 && sequence != writes) {
        return false;
      }
      for (int i = 0; i < keys.length; i++) {
        if (!fits(seen[i], values[keys[i]])) {
          return false;
        }
      }
      return true;
    }

    @Override
    public boolean writes() {
      return false;
    }

    @Override
    public String toString() {
      return "view " + Arrays.toString(keys) + " = " + Arrays.toString(seen) + " at " + sequence;
    }
  }
}

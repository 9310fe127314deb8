package org.anvildb.engine;

/**
 * Tells, for each run of level 0 at one version, whether it may hold a key. Immutable but for the
 * filters, whose further bits concern runs of later versions.
 */
final class RunMasks {
  /** The bit of what is looked into whatever the filters say. */
  static final long UNKNOWN = Long.MIN_VALUE;

  /** Three times 16 bits and the one of {@link #UNKNOWN} make a mask. */
  static final int MAX_FILTERS = 3;

  private final RunFilter[] filters;
  private final long[] masks;

  /** Takes ownership of at most {@value #MAX_FILTERS} filters and of the masks of the runs. */
  RunMasks(RunFilter[] filters, long[] masks) {
    this.filters = filters;
    this.masks = masks;
  }

  /** Returns the set of flushes that may hold a key, to be handed to {@link #mayHold}. */
  long candidates(long hash) {
    long found = UNKNOWN;
    for (int i = 0; i < filters.length; i++) {
      found |= (long) filters[i].at(hash) << i * RunFilter.FLUSHES;
    }
    return found;
  }

  /** Returns how many runs there are. */
  int runs() {
    return masks.length;
  }

  /** Tells whether a run may hold a key. */
  boolean mayHold(int run, long candidates) {
    return (masks[run] & candidates) != 0;
  }
}

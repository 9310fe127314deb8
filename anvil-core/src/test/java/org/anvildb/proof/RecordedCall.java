package org.anvildb.proof;

/**
 * A call of a history, and when it was under way.
 *
 * <p>The moments come from one atomic counter: a call that had returned before another was invoked
 * has a smaller number than that one. The opposite need not hold, which makes calls overlap that
 * did not, and never the other way round: no right history is taken for a wrong one.
 *
 * @param lane who called: calls of a lane follow each other
 * @param invoked the moment before the call
 * @param returned the moment after it, or after what it opened stood still
 * @param call the call
 */
record RecordedCall(int lane, long invoked, long returned, HistoryCall call) {
  @Override
  public String toString() {
    return "%d..%d lane %d: %s".formatted(invoked, returned, lane, call);
  }
}

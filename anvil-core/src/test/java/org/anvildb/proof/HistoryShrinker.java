package org.anvildb.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Delta debugging: leaves out as much of a failing history as can be left out while it still fails.
 * The tries are bounded, so that a slow failure does not take for ever.
 */
final class HistoryShrinker<T> {
  private final Predicate<List<T>> fails;
  private int triesLeft;

  /**
   * Makes a shrinker.
   *
   * @param fails runs a history and tells whether it fails
   * @param tries how many histories to run at most
   */
  HistoryShrinker(Predicate<List<T>> fails, int tries) {
    this.fails = fails;
    this.triesLeft = tries;
  }

  /** Returns the shortest failing history that was found. */
  List<T> shrink(List<T> failing) {
    List<T> left = failing;
    int parts = 2;
    while (left.size() > 1 && parts <= left.size() && triesLeft > 0) {
      List<T> shorter = withoutAPart(left, parts);
      if (shorter != null) {
        left = shorter;
        parts = Math.max(2, parts - 1);
      } else if (parts == left.size()) {
        break;
      } else {
        parts = Math.min(2 * parts, left.size());
      }
    }
    return left;
  }

  /** Leaves one of the parts out, the last ones first; null if each of them is needed. */
  private List<T> withoutAPart(List<T> history, int parts) {
    int size = (history.size() + parts - 1) / parts;
    for (int from = (history.size() - 1) / size * size; from >= 0 && triesLeft > 0; from -= size) {
      List<T> shorter = new ArrayList<>(history.subList(0, from));
      shorter.addAll(history.subList(Math.min(from + size, history.size()), history.size()));
      triesLeft--;
      if (fails.test(shorter)) {
        return shorter;
      }
    }
    return null;
  }
}

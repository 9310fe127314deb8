package org.anvildb.storage.sim;

import java.util.Objects;
import java.util.Set;

/**
 * Which operation of a {@link FaultyStorage} fails, and how.
 *
 * @param kinds the kinds of operations that count
 * @param nth which of these is hit, the first one being 0
 * @param fault what goes wrong
 * @param sticky whether all later ones of these kinds are hit, too
 */
public record FaultPlan(Set<OperationKind> kinds, long nth, Fault fault, boolean sticky) {
  /** Makes a plan. */
  public FaultPlan {
    kinds = Set.copyOf(kinds);
    Objects.requireNonNull(fault, "fault");
    if (nth < 0) {
      throw new IllegalArgumentException("nth must not be negative, but is " + nth);
    }
    if (fault instanceof Fault.BitFlip
        && !Set.of(OperationKind.READ, OperationKind.MAP).containsAll(kinds)) {
      throw new IllegalArgumentException("only READ and MAP can flip a bit, not " + kinds);
    }
  }
}

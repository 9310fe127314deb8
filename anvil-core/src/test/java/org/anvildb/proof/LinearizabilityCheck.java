package org.anvildb.proof;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells whether a history can be explained by calls that took effect one after the other, each at a
 * moment between its invocation and its return. Not thread-safe.
 *
 * <p>The search is that of Wing and Gong, with Lowe's two improvements: a call is given its place
 * only when one must be, at some call's return, and a configuration that was met is not looked at
 * again. It goes through the history once, breadth first, and holds all configurations that explain
 * it so far: the values of the keys, and which of the calls under way have taken effect. So its
 * memory is bounded by the calls that overlap, not by the length of the history, and a history may
 * be given in pieces, wherever no call is under way.
 *
 * <p>A call that changes nothing takes effect as soon as it fits: that leaves the state as it is,
 * so whatever could follow can follow still.
 */
final class LinearizabilityCheck {
  private static final int MAX_LANES = 31;
  private static final int MAX_CONFIGURATIONS = 1_000_000;
  private static final int TOLD = 24;

  /** A state that explains the history so far. The mask tells which pending calls took effect. */
  private record Configuration(int mask, long writes, int[] values) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Configuration that
          && mask == that.mask
          && writes == that.writes
          && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
      return (Arrays.hashCode(values) * 31 + mask) * 31 + Long.hashCode(writes);
    }
  }

  private record Event(long at, boolean isReturn, RecordedCall call) {}

  private final RecordedCall[] pending = new RecordedCall[MAX_LANES];
  private final Deque<RecordedCall> last = new ArrayDeque<>();
  private Set<Configuration> configurations = new HashSet<>();
  private int most = 1;
  private long calls;

  /**
   * Begins with keys that hold nothing.
   *
   * @param keys how many keys there are
   * @param writes how many writes a view says that it sees before the first
   */
  LinearizabilityCheck(int keys, long writes) {
    configurations.add(new Configuration(0, writes, new int[keys]));
  }

  /** Returns how many calls were explained. */
  long calls() {
    return calls;
  }

  /** Returns the largest number of configurations that were held at a time. */
  int most() {
    return most;
  }

  /**
   * Goes on with a piece of the history.
   *
   * @param piece its calls, in any order
   * @throws AssertionError if there is no explanation; tells the call that has none
   */
  void add(List<RecordedCall> piece) {
    List<Event> events = new ArrayList<>(2 * piece.size());
    for (RecordedCall call : piece) {
      events.add(new Event(call.invoked(), false, call));
      events.add(new Event(call.returned(), true, call));
    }
    events.sort(Comparator.comparingLong(Event::at));
    for (Event event : events) {
      if (event.isReturn()) {
        end(event.call());
      } else {
        begin(event.call());
      }
      most = Math.max(most, configurations.size());
    }
  }

  private void begin(RecordedCall call) {
    if (pending[call.lane()] != null) {
      throw new IllegalArgumentException("two calls at a time: " + pending[call.lane()] + call);
    }
    pending[call.lane()] = call;
    last.addLast(call);
    if (last.size() > TOLD) {
      last.removeFirst();
    }
    if (!call.call().writes()) {
      Set<Configuration> next = HashSet.newHashSet(configurations.size());
      configurations.forEach(each -> next.add(withReads(each)));
      configurations = next;
    }
  }

  /** Keeps the configurations in which a call took effect, or can be made to. */
  private void end(RecordedCall call) {
    int bit = 1 << call.lane();
    Set<Configuration> seen = new HashSet<>(configurations);
    Deque<Configuration> open = new ArrayDeque<>(configurations);
    Set<Configuration> next = new HashSet<>();
    while (!open.isEmpty()) {
      Configuration configuration = open.removeLast();
      if ((configuration.mask & bit) != 0) {
        next.add(
            new Configuration(
                configuration.mask & ~bit, configuration.writes, configuration.values));
        continue;
      }
      for (RecordedCall other : pending) {
        Configuration after = other == null ? null : after(configuration, other);
        if (after != null && seen.add(after)) {
          open.addLast(after);
        }
      }
      if (seen.size() > MAX_CONFIGURATIONS) {
        throw new IllegalStateException("too many calls overlap to be checked");
      }
    }
    if (next.isEmpty()) {
      throw new AssertionError(
          "not linearizable: nothing explains %s%nbefore it one of %s%namong %s"
              .formatted(call, told(), lines()));
    }
    pending[call.lane()] = null;
    configurations = next;
    calls++;
  }

  /**
   * Returns the configuration after a pending call's effect; null if it had one, or doesn't fit.
   */
  private Configuration after(Configuration before, RecordedCall call) {
    int bit = 1 << call.lane();
    if ((before.mask & bit) != 0 || !call.call().writes()) {
      return null;
    }
    int[] values = before.values.clone();
    if (!call.call().apply(values, before.writes)) {
      return null;
    }
    return withReads(new Configuration(before.mask | bit, before.writes + 1, values));
  }

  /** Lets all pending calls take effect that fit and change nothing. */
  private Configuration withReads(Configuration configuration) {
    int mask = configuration.mask;
    for (RecordedCall call : pending) {
      if (call != null
          && !call.call().writes()
          && call.call().apply(configuration.values, configuration.writes)) {
        mask |= 1 << call.lane();
      }
    }
    return mask == configuration.mask
        ? configuration
        : new Configuration(mask, configuration.writes, configuration.values);
  }

  private String told() {
    StringBuilder text = new StringBuilder();
    configurations.stream()
        .limit(TOLD)
        .forEach(each ->
            text.append(
                "%n  %s after %d writes, taken effect: %s"
                    .formatted(
                        Arrays.toString(each.values),
                        each.writes,
                        Integer.toBinaryString(each.mask))));
    return text.toString();
  }

  private String lines() {
    StringBuilder text = new StringBuilder();
    last.forEach(call -> text.append("%n  ".formatted()).append(call));
    return text.toString();
  }
}

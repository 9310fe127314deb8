package org.anvildb.proof;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges a history of appends to lists and reads of them: a list tells the order of all writes of
 * its key, and a read which of them it saw, so that what depends on what is known and not guessed.
 *
 * <p>By itself it finds what a read alone shows: a number of nobody, or of who gave up (G1a), one
 * that its own batch replaced (G1b), one twice, lists that are no prefixes of each other, and
 * numbers that are lost. For what several transactions show together it builds a {@link
 * DependencyGraph}. The history must end with a read of each list, or what was appended last counts
 * as lost.
 */
final class ListHistory {
  private record Append(int transaction, int key, boolean isLast) {}

  private final List<ListTransaction> transactions;
  private final Map<Integer, Append> appends = new HashMap<>();
  private final Map<Integer, int[]> longest = new HashMap<>();
  private final List<String> anomalies = new ArrayList<>();

  private ListHistory(List<ListTransaction> transactions) {
    this.transactions = transactions;
  }

  /** Returns what is wrong with a history; nothing if it is strictly serializable. */
  static List<String> anomalies(List<ListTransaction> transactions) {
    var history = new ListHistory(transactions);
    history.noteAppends();
    history.checkReads();
    history.checkNothingIsLost();
    if (history.anomalies.isEmpty()) {
      history.anomalies.addAll(history.graph().cycles());
    }
    return history.anomalies;
  }

  private void noteAppends() {
    for (int i = 0; i < transactions.size(); i++) {
      int transaction = i;
      transactions
          .get(i)
          .appends()
          .forEach((key, numbers) -> {
            for (int at = 0; at < numbers.length; at++) {
              boolean isLast = at == numbers.length - 1;
              appends.put(numbers[at], new Append(transaction, key, isLast));
            }
          });
    }
  }

  private void checkReads() {
    for (int i = 0; i < transactions.size(); i++) {
      int reader = i;
      transactions
          .get(i)
          .reads()
          .forEach((key, list) -> {
            checkRead(reader, key, list);
            int[] before = longest.get(key);
            if (before == null || list.length > before.length) {
              longest.put(key, list);
            }
          });
    }
    for (ListTransaction transaction : transactions) {
      transaction
          .reads()
          .forEach((key, list) -> {
            if (!Arrays.equals(list, Arrays.copyOf(longest.get(key), list.length))) {
              anomalies.add(
                  "incompatible orders: key %d was %s and %s"
                      .formatted(key, Arrays.toString(list), Arrays.toString(longest.get(key))));
            }
          });
    }
  }

  private void checkRead(int reader, int key, int[] list) {
    Set<Integer> seen = new HashSet<>();
    for (int number : list) {
      Append append = appends.get(number);
      if (append == null || append.key != key) {
        anomalies.add("garbage: " + number + " of key " + key + " was appended by nobody");
      } else if (transactions.get(append.transaction).isAborted()) {
        anomalies.add("G1a: " + number + " was read and its transaction gave up");
      }
      if (!seen.add(number)) {
        anomalies.add("duplicate: " + number + " is twice in key " + key);
      }
    }
    Append end = list.length == 0 ? null : appends.get(list[list.length - 1]);
    if (end != null && !end.isLast && end.transaction != reader) {
      anomalies.add("G1b: key " + key + " was read as it was within a batch: " + end);
    }
  }

  private void checkNothingIsLost() {
    Set<Integer> kept = new HashSet<>();
    longest.values().forEach(list -> Arrays.stream(list).forEach(kept::add));
    appends.forEach((number, append) -> {
      if (!transactions.get(append.transaction).isAborted() && !kept.contains(number)) {
        anomalies.add("lost update: " + number + " of key " + append.key);
      }
    });
  }

  private DependencyGraph graph() {
    var graph = new DependencyGraph(transactions);
    longest
        .values()
        .forEach(list -> {
          for (int i = 1; i < list.length; i++) {
            graph.add(writer(list[i - 1]), writer(list[i]), DependencyGraph.Kind.WW);
          }
        });
    for (int reader = 0; reader < transactions.size(); reader++) {
      for (Map.Entry<Integer, int[]> read : transactions.get(reader).reads().entrySet()) {
        int seen = read.getValue().length;
        int[] list = longest.get(read.getKey());
        if (seen > 0) {
          graph.add(writer(list[seen - 1]), reader, DependencyGraph.Kind.WR);
        }
        if (seen < list.length) {
          graph.add(reader, writer(list[seen]), DependencyGraph.Kind.RW);
        }
      }
    }
    addRealTime(graph);
    return graph;
  }

  private int writer(int number) {
    return appends.get(number).transaction;
  }

  /**
   * Adds an edge from each transaction to those that began after its end, but for those that follow
   * from others.
   */
  private void addRealTime(DependencyGraph graph) {
    record Event(long at, boolean isReturn, int transaction) {}
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < transactions.size(); i++) {
      events.add(new Event(transactions.get(i).invoked(), false, i));
      events.add(new Event(transactions.get(i).returned(), true, i));
    }
    events.sort(Comparator.comparingLong(Event::at));
    Set<Integer> frontier = new HashSet<>();
    Map<Integer, Set<Integer>> before = new HashMap<>();
    for (Event event : events) {
      if (event.isReturn) {
        frontier.removeAll(before.remove(event.transaction));
        frontier.add(event.transaction);
      } else {
        before.put(event.transaction, Set.copyOf(frontier));
        frontier.forEach(
            earlier -> graph.add(earlier, event.transaction, DependencyGraph.Kind.TIME));
      }
    }
  }
}

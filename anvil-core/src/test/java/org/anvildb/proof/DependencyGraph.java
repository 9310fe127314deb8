package org.anvildb.proof;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which transaction must come before which, and why. A cycle is an anomaly, and the kinds of its
 * edges tell which, by the names of Adya's thesis: G0 of writes alone, G1c with reads of what was
 * written, G-single with one read of what was overwritten later, G2 with several of these; a long
 * fork where these were all reads alone. Not thread-safe.
 */
final class DependencyGraph {
  /** Why one comes before the other. */
  enum Kind {
    /** The other's write follows on its own. */
    WW,
    /** The other read what it wrote. */
    WR,
    /** The other overwrote what it had read. */
    RW,
    /** It had ended when the other began. */
    TIME
  }

  private record Edge(int to, Kind kind) {}

  private final List<ListTransaction> transactions;
  private final List<List<Edge>> edges = new ArrayList<>();
  private long count;

  DependencyGraph(List<ListTransaction> transactions) {
    this.transactions = transactions;
    for (int i = 0; i < transactions.size(); i++) {
      edges.add(new ArrayList<>());
    }
  }

  /** Adds an edge, unless both ends are the same. */
  void add(int from, int to, Kind kind) {
    if (from != to) {
      edges.get(from).add(new Edge(to, kind));
      count++;
    }
  }

  long edges() {
    return count;
  }

  /** Returns a cycle, named and told, or nothing. */
  List<String> cycles() {
    boolean[] left = onCycles();
    if (!anyOf(left)) {
      return List.of();
    }
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    String[] names = {"G0", "G1c"};
    Kind[] added = {Kind.WW, Kind.WR};
    for (int i = 0; i < added.length; i++) {
      kinds.add(added[i]);
      List<Integer> cycle = shortest(left, kinds);
      if (cycle != null) {
        return List.of(names[i] + tell(cycle));
      }
    }
    String found = withAntiDependencies(left, kinds, "");
    if (found == null) {
      kinds.add(Kind.TIME);
      List<Integer> cycle = shortest(left, kinds);
      found =
          cycle == null
              ? withAntiDependencies(left, kinds, "real-time ")
              : "real-time G1" + tell(cycle);
    }
    return List.of(found == null ? "a cycle that has no name" : found);
  }

  private String withAntiDependencies(boolean[] left, Set<Kind> others, String prefix) {
    for (int from = 0; from < left.length; from++) {
      for (Edge edge : left[from] ? edges.get(from) : List.<Edge>of()) {
        List<Integer> back = edge.kind == Kind.RW ? path(edge.to, from, left, others) : null;
        if (back != null) {
          back.addFirst(from);
          return prefix + "G-single" + tell(back);
        }
      }
    }
    Set<Kind> all = EnumSet.copyOf(others);
    all.add(Kind.RW);
    List<Integer> cycle = shortest(left, all);
    if (cycle == null) {
      return null;
    }
    boolean areReaders = true;
    for (int i = 0; i + 1 < cycle.size(); i++) {
      int from = cycle.get(i);
      int to = cycle.get(i + 1);
      boolean isAnti =
          edges.get(from).stream().filter(e -> e.to == to).allMatch(e -> e.kind == Kind.RW);
      areReaders &= !isAnti || transactions.get(from).isReadOnly();
    }
    return prefix + (areReaders ? "long fork" : "G2") + tell(cycle);
  }

  private static boolean anyOf(boolean[] flags) {
    for (boolean flag : flags) {
      if (flag) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns which transactions may be on a cycle: those that are left when what has no edge in, or
   * none out, has gone, again and again.
   */
  private boolean[] onCycles() {
    boolean[] left = new boolean[edges.size()];
    Arrays.fill(left, true);
    List<List<Integer>> in = new ArrayList<>();
    edges.forEach(each -> in.add(new ArrayList<>()));
    for (int from = 0; from < edges.size(); from++) {
      for (Edge edge : edges.get(from)) {
        in.get(edge.to).add(from);
      }
    }
    List<List<Integer>> out =
        edges.stream().map(each -> each.stream().map(Edge::to).toList()).toList();
    strip(left, in, out);
    strip(left, out, in);
    return left;
  }

  private static void strip(boolean[] left, List<List<Integer>> in, List<List<Integer>> out) {
    int[] counts = new int[left.length];
    Deque<Integer> gone = new ArrayDeque<>();
    for (int i = 0; i < left.length; i++) {
      counts[i] = (int) in.get(i).stream().filter(from -> left[from]).count();
      if (left[i] && counts[i] == 0) {
        gone.add(i);
      }
    }
    while (!gone.isEmpty()) {
      int next = gone.remove();
      left[next] = false;
      for (int to : out.get(next)) {
        if (left[to] && --counts[to] == 0) {
          gone.add(to);
        }
      }
    }
  }

  /** Returns a shortest cycle of edges of some kinds, its first transaction last again, or null. */
  private List<Integer> shortest(boolean[] left, Set<Kind> kinds) {
    List<Integer> best = null;
    for (int from = 0; from < left.length; from++) {
      for (Edge edge : left[from] ? edges.get(from) : List.<Edge>of()) {
        List<Integer> back = kinds.contains(edge.kind) ? path(edge.to, from, left, kinds) : null;
        if (back != null && (best == null || back.size() + 1 < best.size())) {
          back.addFirst(from);
          best = back;
        }
      }
    }
    return best;
  }

  private List<Integer> path(int from, int to, boolean[] left, Set<Kind> kinds) {
    int[] before = new int[left.length];
    Arrays.fill(before, -1);
    before[from] = from;
    Deque<Integer> open = new ArrayDeque<>(List.of(from));
    while (!open.isEmpty() && before[to] < 0) {
      int at = open.remove();
      for (Edge edge : edges.get(at)) {
        if (left[edge.to] && before[edge.to] < 0 && kinds.contains(edge.kind)) {
          before[edge.to] = at;
          open.add(edge.to);
        }
      }
    }
    if (before[to] < 0) {
      return null;
    }
    List<Integer> path = new ArrayList<>(List.of(to));
    while (path.getFirst() != from) {
      path.addFirst(before[path.getFirst()]);
    }
    return path;
  }

  private String tell(List<Integer> cycle) {
    StringBuilder text = new StringBuilder(":");
    for (int i = 0; i + 1 < cycle.size(); i++) {
      int to = cycle.get(i + 1);
      var kinds = edges.get(cycle.get(i)).stream().filter(e -> e.to == to).map(Edge::kind).toList();
      text.append(" T").append(cycle.get(i)).append(' ').append(kinds);
    }
    return text.append(" T").append(cycle.getLast()).toString();
  }
}

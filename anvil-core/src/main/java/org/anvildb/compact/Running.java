package org.anvildb.compact;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anvildb.table.TableMeta;

/**
 * The plans that are being carried out, and what they claim. Immutable: the engine keeps the
 * current one under its lock.
 *
 * <p>A plan claims its input tables, and in the levels from 1 on, from its highest to its output
 * level, the range of keys that its inputs span: its outputs may end up anywhere in there, also in
 * a gap between two inputs. In level 0 no range is claimed, since tables there may overlap; there
 * the pickers see to it that a table never sinks before an older one that it overlaps.
 */
public final class Running {
  private static final Running NONE = new Running(List.of());

  private final List<Claim> claims;
  private final Set<Long> numbers;

  /** What one plan claims; levels are those of the range, empty if {@code from > to}. */
  private record Claim(
      CompactionPlan plan,
      int keyspace,
      int from,
      int to,
      byte[] first,
      byte[] last,
      List<TableMeta> tables) {}

  private Running(List<Claim> claims) {
    this.claims = claims;
    this.numbers = new HashSet<>();
    for (Claim claim : claims) {
      for (TableMeta table : claim.tables) {
        numbers.add(table.number());
      }
    }
  }

  /** Returns that nothing is running. */
  public static Running none() {
    return NONE;
  }

  /** Returns how many plans are running. */
  public int count() {
    return claims.size();
  }

  /** Returns the plans that are running, in the order in which they were added. */
  public List<CompactionPlan> plans() {
    return claims.stream().map(Claim::plan).toList();
  }

  /** Adds a plan. */
  public Running with(CompactionPlan plan) {
    Claim claim =
        switch (plan) {
          case CompactionPlan.None none ->
              throw new IllegalArgumentException("there is nothing to run");
          case CompactionPlan.Move move ->
              claim(plan, move.keyspace(), move.fromLevel(), move.toLevel(), List.of(move.table()));
          case CompactionPlan.Drop drop ->
              claim(plan, drop.keyspace(), drop.level(), drop.level(), List.of(drop.table()));
          case CompactionPlan.Merge merge ->
              claim(
                  plan,
                  merge.keyspace(),
                  merge.inputs().getFirst().level(),
                  merge.outputLevel(),
                  merge.inputTables());
        };
    List<Claim> all = new ArrayList<>(claims);
    all.add(claim);
    return new Running(all);
  }

  /** Takes a plan away, the same object that was added. */
  @SuppressWarnings("ReferenceEquality") // equal plans can't run at once; this one is meant
  public Running without(CompactionPlan plan) {
    return new Running(claims.stream().filter(claim -> claim.plan != plan).toList());
  }

  /** Tells whether a running plan has a table among its inputs. */
  public boolean claims(TableMeta table) {
    return numbers.contains(table.number());
  }

  /** Tells whether a running plan has one of the tables among its inputs. */
  public boolean claimsAny(List<TableMeta> tables) {
    for (TableMeta table : tables) {
      if (claims(table)) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether tables of a keyspace's level 0 are being merged or moved. */
  public boolean takesLevelZero(int keyspace) {
    for (Claim claim : claims) {
      if (claim.keyspace == keyspace && takesLevelZero(claim.plan)) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether tables of a keyspace's level 0 are being merged into a deeper level. */
  public boolean mergesLevelZero(int keyspace) {
    for (Claim claim : claims) {
      if (claim.keyspace == keyspace
          && claim.plan instanceof CompactionPlan.Merge merge
          && takesLevelZero(merge)
          && merge.outputLevel() > 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean takesLevelZero(CompactionPlan plan) {
    return switch (plan) {
      case CompactionPlan.Merge merge -> merge.inputs().getFirst().level() == 0;
      case CompactionPlan.Move move -> move.fromLevel() == 0;
      case CompactionPlan.Drop _, CompactionPlan.None _ -> false;
    };
  }

  /**
   * Tells whether a running plan may put tables into a range of keys in one of some levels.
   *
   * @param fromLevel the first of the levels; level 0 is never claimed
   * @param toLevel the last one
   */
  public boolean claimsRange(int keyspace, int fromLevel, int toLevel, byte[] first, byte[] last) {
    for (Claim claim : claims) {
      if (claim.keyspace == keyspace
          && claim.from <= toLevel
          && Math.max(1, fromLevel) <= claim.to
          && Arrays.compareUnsigned(claim.first, last) <= 0
          && Arrays.compareUnsigned(first, claim.last) <= 0) {
        return true;
      }
    }
    return false;
  }

  private static Claim claim(
      CompactionPlan plan, int keyspace, int from, int to, List<TableMeta> tables) {
    KeySpan span = KeySpan.of(tables);
    return new Claim(plan, keyspace, Math.max(1, from), to, span.first(), span.last(), tables);
  }
}

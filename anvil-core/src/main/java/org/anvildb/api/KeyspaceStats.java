package org.anvildb.api;

import java.util.List;

/**
 * The figures of one keyspace.
 *
 * @param name its name
 * @param options its options
 * @param levels its levels, from level 0 down to the last that holds tables
 */
public record KeyspaceStats(String name, KeyspaceOptions options, List<Level> levels) {
  /** Copies the list. */
  public KeyspaceStats {
    levels = List.copyOf(levels);
  }

  /**
   * Returns the size of all tables.
   *
   * @return bytes
   */
  public long bytes() {
    return levels.stream().mapToLong(Level::bytes).sum();
  }

  /**
   * Returns the number of entries in tables, overwritten ones and tombstones among them.
   *
   * @return how many
   */
  public long entries() {
    return levels.stream().mapToLong(Level::entries).sum();
  }

  /**
   * Returns how much larger all levels are than the last one, which holds each key once.
   *
   * @return the space amplification, 1 at best, 0 for an empty keyspace
   */
  public double spaceAmplification() {
    long last = levels.stream().mapToLong(Level::bytes).filter(b -> b > 0).reduce(0, (a, b) -> b);
    return last == 0 ? 0 : (double) bytes() / last;
  }

  /**
   * The figures of one level.
   *
   * @param level its number; level 0 holds tables that may overlap
   * @param tables how many tables it has
   * @param bytes their size
   * @param entries their entries
   * @param tombstones how many of these are deletions
   */
  public record Level(int level, int tables, long bytes, long entries, long tombstones) {}
}

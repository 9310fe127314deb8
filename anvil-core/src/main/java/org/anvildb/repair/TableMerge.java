package org.anvildb.repair;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.anvildb.bytes.Bytes;
import org.anvildb.table.SalvageCursor;

/**
 * Merges the tables of a keyspace: shows the newest entry of each key that can be read, and whether
 * a newer one may be lost. Used once, by one thread.
 *
 * <p>An entry is <em>doubtful</em> if a newer table has lost a part that may have held its key, if
 * tables disagree whose age is guessed, or if its table only fills. A tombstone hides what is older
 * in any case; where its table's age is guessed, the live entry that it hides is counted.
 */
final class TableMerge {
  private static final Comparator<TableSource> BY_KEY_AND_AGE =
      (a, b) -> {
        int order =
            Bytes.compare(
                a.entry().key(), a.entry().keyLength(), b.entry().key(), b.entry().keyLength());
        return order != 0 ? order : Integer.compare(a.rank(), b.rank());
      };

  private final PriorityQueue<TableSource> queue = new PriorityQueue<>(BY_KEY_AND_AGE);
  private final List<TableSource> gaps = new ArrayList<>();
  private final RepairTally tally;

  /** Takes the newest entries in the order of keys. */
  interface Sink {
    /** Takes a live entry. */
    void put(byte[] key, byte[] value, boolean isDoubtful);

    /** Takes a deletion. */
    void delete(byte[] key);
  }

  TableMerge(List<TableSource> sources, RepairTally tally) {
    this.tally = tally;
    sources.forEach(this::advance);
  }

  void run(Sink sink) {
    while (!queue.isEmpty()) {
      TableSource newest = queue.remove();
      SalvageCursor entry = newest.entry();
      byte[] key = Arrays.copyOf(entry.key(), entry.keyLength());
      boolean isTombstone = entry.isTombstone();
      byte[] value = isTombstone ? key : entry.value();
      boolean isDoubtful = newest.age() == TableSource.Age.FILLS || isInGap(newest, key);
      boolean isDisputed = false;
      boolean isOpen = newest.age() != TableSource.Age.KNOWN;
      skip(newest, key);
      while (!queue.isEmpty() && isAt(queue.element(), key)) {
        TableSource older = queue.remove();
        isDisputed |= isOpen && disagrees(newest, older, isTombstone, value);
        // What stands below a table of known age is older for sure.
        isOpen &= older.age() != TableSource.Age.KNOWN;
        skip(older, key);
      }
      if (!isTombstone) {
        sink.put(key, value, isDoubtful || isDisputed);
        continue;
      }
      if (isDisputed) {
        tally.hiddenEntry();
      }
      sink.delete(key);
    }
  }

  private boolean isInGap(TableSource source, byte[] key) {
    for (TableSource gap : gaps) {
      if (gap.rank() <= source.rank() && gap.mayHaveHad(key, key.length)) {
        return true;
      }
    }
    return false;
  }

  private static boolean disagrees(
      TableSource newest, TableSource older, boolean isTombstone, byte[] value) {
    SalvageCursor other = older.entry();
    if (isTombstone) {
      return newest.age() == TableSource.Age.GUESSED && !other.isTombstone();
    }
    return older.age() != TableSource.Age.FILLS
        && (other.isTombstone() || !Arrays.equals(other.value(), value));
  }

  /** Moves a source behind all versions of a key, and back into the queue. */
  private void skip(TableSource source, byte[] key) {
    boolean onEntry = source.next();
    tally.tableEntry();
    while (onEntry && isAt(source, key)) {
      onEntry = source.next();
      tally.tableEntry();
    }
    place(source, onEntry);
  }

  private void advance(TableSource source) {
    place(source, source.next());
  }

  private void place(TableSource source, boolean onEntry) {
    gaps.remove(source);
    if (source.hasGap()) {
      gaps.add(source);
    }
    if (onEntry) {
      queue.add(source);
    }
  }

  private static boolean isAt(TableSource source, byte[] key) {
    SalvageCursor entry = source.entry();
    return Bytes.compare(entry.key(), entry.keyLength(), key, key.length) == 0;
  }
}

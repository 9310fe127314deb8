package org.anvildb.inspect;

import java.util.Arrays;
import org.anvildb.api.CorruptionException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.KeyHash;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.table.VerifyTally;

/**
 * Reads a table as users' reads do, in both directions and key by key, and holds the answers
 * against each other and against the manifest. Used once.
 *
 * <p>{@link Table#verify} checks that each structure is sound; this checks that the reads which
 * rest on them agree: a key that a cursor shows is found by its point index or filter, each version
 * under its own sequence number, and one that follows no key is not found.
 */
final class DeepTableCheck {
  private final Table table;
  private final TableMeta meta;
  private final long hashSeed;
  private final long lastSequence;
  private final VerifyTally tally;
  private final FoundEntry found = new FoundEntry();
  private byte[] last = {};
  private long lastEntrySequence;
  private long entries;
  private long tombstones;
  private long maxSequence;

  DeepTableCheck(Table table, long hashSeed, long lastSequence, VerifyTally tally) {
    this.table = table;
    this.meta = table.meta();
    this.hashSeed = hashSeed;
    this.lastSequence = lastSequence;
    this.tally = tally;
  }

  /** Checks all; the first contradiction ends it. */
  void run() {
    try (InternalCursor cursor = table.cursor()) {
      for (boolean onEntry = cursor.seekFirst(); onEntry; onEntry = cursor.next()) {
        check(cursor);
      }
      checkTotals();
      checkBackwards(cursor);
    }
  }

  private void check(InternalCursor cursor) {
    byte[] key = Arrays.copyOf(cursor.key(), cursor.keyLength());
    long sequence = cursor.sequence();
    int order = entries == 0 ? -1 : Arrays.compareUnsigned(last, key);
    require(
        order < 0 || order == 0 && sequence < lastEntrySequence, "entries that are out of order");
    require(meta.covers(key, key.length), "a key outside of the range that the manifest tells");
    long hash = KeyHash.hash(key, key.length, hashSeed);
    if (order != 0) {
      checkFound(cursor, key, hash, Long.MAX_VALUE);
      checkAbsent(key);
      tally.keyFound();
    }
    checkFound(cursor, key, hash, sequence);
    entries++;
    tombstones += cursor.tombstone() ? 1 : 0;
    maxSequence = Math.max(maxSequence, sequence);
    last = key;
    lastEntrySequence = sequence;
  }

  private void checkFound(InternalCursor cursor, byte[] key, long hash, long visible) {
    require(table.find(key, key.length, hash, visible, found), "a key that a point read misses");
    require(
        found.tombstone() == cursor.tombstone() && (found.tombstone() || sameValue(cursor)),
        "an entry of which a point read gives another one");
  }

  private boolean sameValue(InternalCursor cursor) {
    return found.valueLength() == cursor.valueLength()
        && Bytes.equal(
            Bytes.copy(found.memory(), found.valueOffset(), found.valueLength()),
            0,
            cursor.valueMemory(),
            cursor.valueOffset(),
            cursor.valueLength());
  }

  /** The direct successor of a key is there only if the next entry is that very key. */
  private void checkAbsent(byte[] key) {
    byte[] successor = Arrays.copyOf(key, key.length + 1);
    long hash = KeyHash.hash(successor, successor.length, hashSeed);
    if (table.find(successor, successor.length, hash, Long.MAX_VALUE, found)) {
      try (InternalCursor other = table.cursor()) {
        require(
            other.seekCeiling(successor, successor.length)
                && Bytes.compare(other.key(), other.keyLength(), successor, successor.length) == 0,
            "a key that a point read finds and a cursor does not");
      }
    }
  }

  private void checkTotals() {
    require(entries == meta.entries(), "another number of entries than the manifest tells");
    require(tombstones == meta.tombstones(), "another number of tombstones than told");
    require(maxSequence == meta.maxSequence(), "another largest sequence number than told");
    require(maxSequence <= lastSequence, "a sequence number beyond the last one of all tables");
    require(Arrays.equals(last, meta.largest()), "another last key than the manifest tells");
  }

  private void checkBackwards(InternalCursor cursor) {
    long backwards = 0;
    byte[] above = {};
    for (boolean onEntry = cursor.seekLast(); onEntry; onEntry = cursor.previous()) {
      byte[] key = Arrays.copyOf(cursor.key(), cursor.keyLength());
      require(
          backwards == 0 || Arrays.compareUnsigned(key, above) <= 0,
          "entries that are out of order backwards");
      above = key;
      backwards++;
    }
    require(backwards == entries, "another number of entries backwards");
    require(Arrays.equals(above, meta.smallest()), "another first key than the manifest tells");
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      throw new CorruptionException(
          meta.fileName(), -1, "the table has " + what + "; restore a backup or run repair");
    }
  }
}

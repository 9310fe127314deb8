package org.anvildb.table;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.anvildb.api.CorruptionException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.bytes.KeyHash;
import org.jspecify.annotations.Nullable;

/** Checks all of one table and tells a sink what is wrong. Used once. */
final class TableVerifier {
  private final Table table;
  private final VerifySink sink;
  private final TableProperties properties;
  private final Block block;
  private int problems;

  private long entries;
  private long tombstones;
  private long keys;
  private long maxSequence;
  private int longestKey;

  private byte @Nullable [] last;
  private long lastSequence;

  /** Where the last entry ends, in the memory of its block. */
  private long entryEnd;

  TableVerifier(Table table, VerifySink sink) {
    this.table = table;
    this.sink = sink;
    this.properties = table.properties();
    this.block = new Block(table);
  }

  void run() {
    try {
      checkPages();
      boolean pagesAreSound = problems == 0;
      for (int i = 0; i < table.index().blocks(); i++) {
        checkBlock(i, pagesAreSound);
      }
      if (problems == 0) {
        checkTotals();
      }
    } catch (InternalError e) {
      note(table.unreadable(e));
    } catch (CorruptionException e) {
      note(e);
    }
    sink.entries(entries);
  }

  /** Reads every page, whether it was checked before or not. */
  private void checkPages() {
    for (int page = 0; page < table.pages().count(); page++) {
      try {
        table.pages().check(page);
      } catch (CorruptionException e) {
        note(e);
      }
    }
    sink.bytes(table.meta().fileBytes());
    Footer footer = table.footer();
    int actual = Checksum.of(table.memory(), footer.checksumsOffset(), footer.checksumsBytes());
    if (actual != footer.checksumsChecksum()) {
      note(
          Pages.mismatch(
              table.meta().fileName(),
              footer.checksumsOffset(),
              "page checksums",
              footer.checksumsChecksum(),
              actual));
    }
  }

  private void checkBlock(int ordinal, boolean pagesAreSound) {
    try {
      block.open(ordinal);
      for (int i = 0; i < block.count; i++) {
        checkEntry(ordinal, i);
      }
    } catch (CorruptionException e) {
      if (pagesAreSound) {
        note(e);
      }
    }
  }

  private void checkEntry(int ordinal, int i) {
    long entry = block.entry(i);
    block.checkFollows(i, entry, entryEnd);
    long header = block.header(entry);
    int suffixLength = EntryFormat.suffixLength(header);
    entryEnd = entry + EntryFormat.bytes(header) + suffixLength + EntryFormat.valueLength(header);
    byte[] key = Arrays.copyOf(properties.smallest(), block.tablePrefix + suffixLength);
    for (int j = 0; j < suffixLength; j++) {
      key[block.tablePrefix + j] =
          block.memory.get(ValueLayout.JAVA_BYTE, entry + EntryFormat.bytes(header) + j);
    }
    long sequence = block.sequence(i);
    int order = last == null ? -1 : Bytes.compare(last, last.length, key, key.length);
    if (order > 0 || order == 0 && sequence >= lastSequence) {
      note("an entry of the block here is out of order");
    }
    if (order < 0) {
      keys++;
      checkReachable(key, ordinal, entry);
    }
    if (!block.finds(key, i)) {
      note("a head of the block here is not that of its entry");
    }
    entries++;
    tombstones += EntryFormat.tombstone(header) ? 1 : 0;
    maxSequence = Math.max(maxSequence, sequence);
    longestKey = Math.max(longestKey, key.length);
    last = key;
    lastSequence = sequence;
  }

  /** Checks that the block index and the filter lead to the newest version of a key. */
  private void checkReachable(byte[] key, int ordinal, long entry) {
    int found = table.index().find(key, key.length);
    if (found != ordinal && found != ordinal - 1) {
      note("the block index does not lead to the block here");
    }
    long hash = KeyHash.hash(key, key.length, properties.hashSeed());
    PointIndex pointIndex = table.pointIndex();
    if (pointIndex != null && !pointIndex.holds(hash, table.direct() ? entry : ordinal)) {
      note("the point index misses a key of the block here");
    }
    BloomFilter bloomFilter = table.bloomFilter();
    if (bloomFilter != null && !bloomFilter.mayContain(hash)) {
      note("the Bloom filter misses a key of the block here");
    }
  }

  private void checkTotals() {
    PointIndex pointIndex = table.pointIndex();
    boolean agree =
        entries == properties.entries()
            && tombstones == properties.tombstones()
            && keys == properties.keys()
            && maxSequence == properties.maxSequence()
            && longestKey == properties.longestKey()
            && last != null
            && Arrays.equals(last, properties.largest())
            && (pointIndex == null || pointIndex.used() == keys);
    if (!agree) {
      sink.problem(
          table.meta().fileName(),
          table.footer().propertiesOffset(),
          "the properties or the filter do not agree with the entries");
    }
  }

  private void note(String problem) {
    note(new CorruptionException(table.meta().fileName(), block.fileOffset(), problem));
  }

  private void note(CorruptionException e) {
    problems++;
    String message = e.getMessage();
    sink.problem(e.file(), e.offset(), message == null ? "damaged" : message);
  }
}

package org.anvildb.proof;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.bytes.KeyHash;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.table.BlockCache;
import org.anvildb.table.Codecs;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.table.VerifySink;
import org.anvildb.table.VerifyTally;

/**
 * A table file: its blocks, index, filter, properties and footer. The manifest says of it what the
 * file itself says, in so far as that is sound.
 */
final class TableFuzz implements FuzzTarget {
  /** What is changed of the file. */
  enum Part {
    BLOCKS,
    INDEX,
    FILTER,
    PROPERTIES,
    FOOTER,
    ALL
  }

  private static final int FOOTER = 64;
  private static final int PAGE = 16 << 10;
  private static final Codecs CODECS = Codecs.load();

  private final Part part;
  private final byte[] golden;
  private final TableMeta meta;
  private final long hashSeed;
  private final boolean isCompressed;
  private final String name;

  TableFuzz(
      String golden, Part part, byte[] bytes, TableMeta meta, long hashSeed, boolean isCompressed) {
    this.name = golden + ": " + part.name().toLowerCase(java.util.Locale.ROOT);
    this.part = part;
    this.golden = bytes;
    this.meta = meta;
    this.hashSeed = hashSeed;
    this.isCompressed = isCompressed;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<byte[]> corpus() {
    return List.of(golden);
  }

  @Override
  public Window window(byte[] input) {
    int footer = golden.length - FOOTER;
    return switch (part) {
      case BLOCKS -> new Window(0, Bytes.getInt(golden, footer + 8));
      case INDEX -> section(footer + 8);
      case FILTER -> section(footer + 16);
      case PROPERTIES -> section(footer + 24);
      case FOOTER -> new Window(footer, golden.length);
      case ALL -> new Window(0, input.length);
    };
  }

  private Window section(int at) {
    int from = Bytes.getInt(golden, at);
    return new Window(from, from + Bytes.getInt(golden, at + 4));
  }

  @Override
  public void seal(byte[] input) {
    int footer = input.length - FOOTER;
    if (footer < 0) {
      return;
    }
    long sums = Integer.toUnsignedLong(Bytes.getInt(input, footer + 32));
    long pages = (sums + PAGE - 1) / PAGE;
    if (sums + 4 * pages == footer) {
      for (int page = 0; page < pages; page++) {
        int from = page * PAGE;
        int length = (int) Math.min(PAGE, sums - from);
        Bytes.putInt(input, (int) sums + 4 * page, Checksum.of(input, from, length));
      }
      Bytes.putInt(input, footer + 40, Checksum.of(input, (int) sums, (int) (4 * pages)));
    }
    Bytes.putInt(input, footer + 60, Checksum.of(input, footer, 60));
  }

  @Override
  public long mostBytes(byte[] input) {
    // A block that is compressed may claim 4 MiB, at each of the accesses.
    return isCompressed ? 1 << 30 : FuzzTarget.super.mostBytes(input);
  }

  @Override
  public String parse(byte[] input) {
    TableMeta claimed = claimed(input);
    MemoryStorage storage = new MemoryStorage(Arena::ofConfined);
    StringBuilder words = new StringBuilder();
    try {
      GoldenDatabase.put(storage, meta.fileName(), input);
      words.append(
          FuzzTarget.told(() -> {
            try (Table table = Table.open(storage, claimed, CODECS, new BlockCache(0), hashSeed)) {
              words.append(readAll(table, input.length));
            }
          }));
    } finally {
      storage.powerOff();
    }
    return words.toString();
  }

  private String readAll(Table table, int bytes) {
    StringBuilder words = new StringBuilder();
    Problems problems = new Problems();
    table.verify(problems);
    words.append(problems.words);
    FoundEntry found = new FoundEntry();
    for (byte[] key : GoldenDatabase.keys()) {
      long hash = KeyHash.hash(key, key.length, hashSeed);
      words.append(
          FuzzTarget.told(() -> {
            if (table.find(key, key.length, hash, Long.MAX_VALUE, found)) {
              found.copy();
            }
            table.get(key, key.length, hash);
            try (InternalCursor cursor = table.cursor()) {
              if (cursor.seekCeiling(key, key.length)) {
                walk(cursor, cursor::next, 4);
              }
            }
          }));
    }
    words.append(FuzzTarget.told(() -> scan(table, bytes, true)));
    words.append(FuzzTarget.told(() -> scan(table, bytes, false)));
    return words.toString();
  }

  private static void scan(Table table, int bytes, boolean forwards) {
    try (InternalCursor cursor = table.cursor()) {
      if (forwards ? cursor.seekFirst() : cursor.seekLast()) {
        // Each entry takes two bytes at least.
        int steps = walk(cursor, forwards ? cursor::next : cursor::previous, 4 << 20);
        if (steps > 1024 + 4 * bytes) {
          throw new AssertionError(steps + " entries in " + bytes + " bytes");
        }
      }
    }
  }

  private static int walk(InternalCursor cursor, BooleanSupplier step, int most) {
    int steps = 0;
    long sum = 0;
    do {
      sum +=
          cursor.keyLength() + cursor.sequence() + (cursor.tombstone() ? 1 : cursor.valueLength());
      steps++;
    } while (steps < most && step.getAsBoolean());
    return sum == Long.MIN_VALUE ? 0 : steps;
  }

  /** Returns what a manifest would say that was made along with the file. */
  private TableMeta claimed(byte[] input) {
    int footer = input.length - FOOTER;
    if (footer < 0) {
      return meta;
    }
    long at = Integer.toUnsignedLong(Bytes.getInt(input, footer + 24));
    boolean isThere = at + 72 <= footer;
    int properties = isThere ? (int) at : 0;
    return new TableMeta(
        meta.number(),
        input.length,
        isThere ? Bytes.getLong(input, properties) : meta.entries(),
        isThere ? Bytes.getLong(input, properties + 8) : meta.tombstones(),
        meta.smallest(),
        meta.largest(),
        isThere ? Bytes.getLong(input, properties + 24) : meta.maxSequence(),
        Bytes.getInt(input, footer + 60));
  }

  /** Keeps the words of what a verification finds. */
  private static final class Problems implements VerifySink {
    private final VerifyTally tally = new VerifyTally();
    private final StringBuilder words = new StringBuilder();

    @Override
    public void bytes(long count) {
      tally.bytes(count);
    }

    @Override
    public void entries(long count) {
      tally.entries(count);
    }

    @Override
    public void problem(String file, long offset, String problem) {
      if (words.length() < 200) {
        words.append(problem.replaceAll("[0-9a-f]*[0-9][0-9a-f]*", "#"));
      }
    }
  }
}

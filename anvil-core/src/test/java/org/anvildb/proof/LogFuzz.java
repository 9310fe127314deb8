package org.anvildb.proof;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.log.RecordFormat;
import org.anvildb.memtable.Memtable;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.version.Version;
import org.anvildb.wal.BatchSink;
import org.anvildb.wal.SegmentFormat;
import org.anvildb.wal.WalOutcome;
import org.anvildb.wal.WalReplay;
import org.jspecify.annotations.Nullable;

/** A segment of a log of several: its header, records and batches, replayed into memtables. */
final class LogFuzz implements FuzzTarget {
  private static final int HEADER_CRC = SegmentFormat.HEADER_BYTES - 4;

  private final Map<String, byte[]> segments = new TreeMap<>();
  private final String name;
  private final long number;
  private final byte[] golden;
  private final Version version;
  private final long database;

  /** Takes a segment of a golden database, to be replayed along with its other ones. */
  LogFuzz(String segment, Map<String, byte[]> files, Version version) {
    this.name = "log segment " + segment;
    this.number = SegmentFormat.number(segment);
    this.golden = files.get(segment);
    this.version = version;
    this.database =
        version.databaseId().getMostSignificantBits()
            ^ version.databaseId().getLeastSignificantBits();
    files.forEach((file, bytes) -> {
      if (file.endsWith(SegmentFormat.SUFFIX)) {
        segments.put(file, bytes);
      }
    });
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
    // The header is small beside its zeros: its first bytes, and the records.
    return new Window(0, input.length);
  }

  @Override
  public void seal(byte[] input) {
    if (input.length >= SegmentFormat.HEADER_BYTES) {
      Bytes.putInt(input, HEADER_CRC, Checksum.of(input, 0, HEADER_CRC));
      sealRecords(input, SegmentFormat.HEADER_BYTES, RecordFormat.salt(database, number));
    }
  }

  /** Makes the checksums of records right, as far as their lengths lead. */
  static void sealRecords(byte[] input, int from, long salt) {
    byte[] header = new byte[Long.BYTES + 28];
    long at = from;
    while (at + RecordFormat.HEADER_BYTES <= input.length && Bytes.getLong(input, (int) at) != 0) {
      int start = (int) at;
      int length = Bytes.getInt(input, start + 4);
      long end = at + RecordFormat.recordBytes(Math.max(0, length));
      if (length > 0 && end <= input.length) {
        Bytes.putInt(
            input, start + 8, Checksum.of(input, start + RecordFormat.HEADER_BYTES, length));
      }
      Bytes.putLong(header, 0, salt);
      System.arraycopy(input, start + 4, header, Long.BYTES, 28);
      Bytes.putInt(input, start, Checksum.of(header, 0, header.length));
      at = end;
    }
  }

  @Override
  public String parse(byte[] input) {
    MemoryStorage storage = new MemoryStorage(Arena::ofConfined);
    try (storage) {
      segments.forEach((file, bytes) -> GoldenDatabase.put(storage, file, bytes));
      GoldenDatabase.put(storage, SegmentFormat.name(number), input);
      StringBuilder words = new StringBuilder();
      words.append(
          FuzzTarget.told(() -> {
            try (WalReplay replay = new WalReplay(storage, database)) {
              WalOutcome outcome =
                  replay.replay(version.walFloor(), version.lastSequence(), new Index());
              words.append(outcome.getClass().getSimpleName());
              if (outcome instanceof WalOutcome.TornTail torn) {
                words.append(torn.reason().replaceAll("[0-9]+", "#"));
              }
            }
          }));
      return words.toString();
    } finally {
      storage.powerOff();
    }
  }

  /** Indexes what is replayed, as an opening does. */
  private final class Index implements BatchSink {
    private long segment;
    private MemorySegment memory = MemorySegment.NULL;
    private @Nullable Memtable memtable;

    @Override
    public void segment(long number, MemorySegment segmentMemory) {
      segment = number;
      memory = segmentMemory;
      memtable = null;
    }

    @Override
    public void batch(long sequence, long offset, int length, int operations) {
      if (memtable == null) {
        memtable = new Memtable(memory, segment, version.hashSeed());
      }
      memtable.insert(offset, offset + length);
      memtable.publish(offset + length);
    }
  }
}

package org.anvildb.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.anvildb.api.CorruptionException;
import org.anvildb.log.RecordFormat;
import org.anvildb.memtable.Memtable;
import org.anvildb.storage.Storage;
import org.anvildb.version.Version;
import org.anvildb.wal.BatchReader;
import org.anvildb.wal.BatchSink;
import org.anvildb.wal.LogEnd;
import org.anvildb.wal.SegmentFormat;
import org.anvildb.wal.WalOutcome;
import org.anvildb.wal.WalReplay;
import org.jspecify.annotations.Nullable;

/**
 * What the log held behind a version: a memtable for each segment with batches, over mappings that
 * stay open until this or they are closed. Reading it changes nothing on disk.
 */
final class ReplayedLog implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("org.anvildb");

  private final WalReplay replay;
  private final long lastSequence;
  private List<Replayed> oldestFirst;

  private ReplayedLog(WalReplay replay, List<Replayed> oldestFirst, long lastSequence) {
    this.replay = replay;
    this.oldestFirst = oldestFirst;
    this.lastSequence = lastSequence;
  }

  /**
   * The memtable of a segment.
   *
   * @param lastSequence the number of its last batch
   * @param segments the numbers of the files that go when it is in tables: its own, and of those
   *     without batches that follow it
   * @param fileBytes the size of these files
   */
  record Replayed(Memtable memtable, long lastSequence, List<Long> segments, long fileBytes) {}

  /**
   * Reads the log.
   *
   * @param names what the directory had when the version was read
   * @throws org.anvildb.api.CorruptionException if a part is missing or damaged that was on disk
   */
  static ReplayedLog read(Storage storage, Version version, List<String> names) {
    WalReplay replay = new WalReplay(storage, RecordFormat.shortId(version.databaseId()), names);
    boolean done = false;
    try {
      Filler filler = new Filler(version.hashSeed(), version.nextKeyspace());
      WalOutcome outcome = replay.replay(version.walFloor(), version.lastSequence(), filler);
      if (outcome instanceof WalOutcome.TornTail torn) {
        LOG.log(
            System.Logger.Level.INFO,
            "AnvilDB at {0}: the log ends torn in segment {1} at {2} ({3}); {4} bytes that were not"
                + " yet promised to be on disk are dropped",
            storage.location(),
            torn.segment(),
            torn.offset(),
            torn.reason(),
            torn.droppedBytes());
      }
      done = true;
      return new ReplayedLog(replay, filler.oldestFirst(), outcome.lastSequence());
    } finally {
      if (!done) {
        replay.close();
      }
    }
  }

  /** Returns the memtables, oldest first. */
  List<Replayed> oldestFirst() {
    return oldestFirst;
  }

  /**
   * Returns how many of the oldest memtables must be written into tables before new writes are
   * taken: all, if nothing can follow this log; else as many as are too many.
   *
   * @param most how many segments may stay
   */
  int excess(int most) {
    if (replay.end() == null) {
      return oldestFirst.size();
    }
    int excess = oldestFirst.size();
    int files = 0;
    while (excess > 0 && files + oldestFirst.get(excess - 1).segments().size() <= most) {
      excess--;
      files += oldestFirst.get(excess).segments().size();
    }
    return excess;
  }

  /** Returns where the next segment follows; only if {@linkplain #excess some} memtables stay. */
  LogEnd end() {
    return Objects.requireNonNull(replay.end(), "nothing can follow this log");
  }

  /** Forgets the memtables, so that they go with those who use them; the mappings stay. */
  void forgetMemtables() {
    oldestFirst = List.of();
  }

  /** Unmaps all but the segments that some memtables need. */
  void closeAllBut(List<Replayed> needed) {
    Set<Long> segments = numbers(needed);
    replay.close(number -> !segments.contains(number));
  }

  /** Returns the numbers of the segments that some memtables need. */
  static Set<Long> numbers(List<Replayed> memtables) {
    return memtables.stream().flatMap(r -> r.segments().stream()).collect(Collectors.toSet());
  }

  /**
   * Makes the slot of a memtable that stays for now, and whose files go with it.
   *
   * @param nowNanos the scheduler's time
   */
  MemtableSlot slot(Replayed replayed, Garbage garbage, long nowNanos) {
    List<Long> numbers = replayed.segments();
    long bytes = replayed.fileBytes();
    Runnable onUnused =
        () -> {
          for (long number : numbers) {
            garbage.retire(
                SegmentFormat.name(number),
                bytes / numbers.size(),
                () -> replay.close(n -> n == number));
          }
        };
    MemtableSlot slot =
        new MemtableSlot(
            replayed.memtable(), bytes, nowNanos, () -> ensureUnchanged(replayed), onUnused);
    slot.freeze(replayed.lastSequence());
    return slot;
  }

  /** Checks that what a memtable was made of is still what was replayed. */
  void ensureUnchanged(Replayed replayed) {
    replay.ensureUnchanged(replayed.memtable().segmentNumber(), replayed.lastSequence());
  }

  /** Returns the number of the last batch of all. */
  long lastSequence() {
    return lastSequence;
  }

  @Override
  public void close() {
    replay.close();
  }

  /** Indexes the batches of each segment. */
  private static final class Filler implements BatchSink {
    private final List<Replayed> oldestFirst = new ArrayList<>();
    private final List<Long> segments = new ArrayList<>();
    private final long hashSeed;
    private final int nextKeyspace;
    private long segment;
    private MemorySegment memory = MemorySegment.NULL;
    private @Nullable Memtable current;
    private long lastSequence;
    private long fileBytes;

    Filler(long hashSeed, int nextKeyspace) {
      this.hashSeed = hashSeed;
      this.nextKeyspace = nextKeyspace;
    }

    @Override
    public void segment(long number, MemorySegment segmentMemory) {
      if (segmentMemory.byteSize() > Memtable.MAX_LOG_BYTES) {
        throw new CorruptionException(
            SegmentFormat.name(number),
            Memtable.MAX_LOG_BYTES,
            "a log segment ends here at the latest, but the file has "
                + segmentMemory.byteSize()
                + " bytes; restore a backup or repair");
      }
      segment = number;
      memory = segmentMemory;
      segments.add(number);
      fileBytes += segmentMemory.byteSize();
    }

    @Override
    public void batch(long sequence, long offset, int length, int operations) {
      Memtable memtable = current;
      if (memtable == null || memtable.segmentNumber() != segment) {
        finish(1, memory.byteSize());
        memtable = new Memtable(memory, segment, hashSeed);
        current = memtable;
      }
      memtable.insert(offset, offset + length);
      memtable.publish(offset + length);
      lastSequence = sequence;
    }

    List<Replayed> oldestFirst() {
      finish(0, 0);
      return Collections.unmodifiableList(oldestFirst);
    }

    /** Notes the memtable that is complete, with all segments but for the next one's. */
    private void finish(int nextSegments, long nextBytes) {
      List<Long> own = segments.subList(0, segments.size() - nextSegments);
      if (current != null) {
        checkKeyspaces(current);
        oldestFirst.add(
            new Replayed(current, lastSequence, List.copyOf(own), fileBytes - nextBytes));
      }
      own.clear();
      fileBytes = nextBytes;
    }

    private void checkKeyspaces(Memtable memtable) {
      int[] keyspaces = memtable.keyspaces();
      int highest = keyspaces.length == 0 ? 0 : keyspaces[keyspaces.length - 1];
      if (highest >= nextKeyspace) {
        throw BatchReader.neverCreated(memtable.segmentNumber(), -1, highest);
      }
    }
  }
}

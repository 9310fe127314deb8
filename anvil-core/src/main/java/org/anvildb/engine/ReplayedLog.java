package org.anvildb.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.anvildb.memtable.Memtable;
import org.anvildb.storage.Storage;
import org.anvildb.version.Version;
import org.anvildb.wal.BatchSink;
import org.anvildb.wal.WalOutcome;
import org.anvildb.wal.WalReplay;
import org.jspecify.annotations.Nullable;

/**
 * What the log held behind a version: a memtable for each segment with batches, over mappings that
 * stay open until this is closed. Reading it changes nothing on disk.
 */
final class ReplayedLog implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("org.anvildb");

  private final WalReplay replay;
  private final List<Memtable> oldestFirst;
  private final long lastSequence;

  private ReplayedLog(WalReplay replay, List<Memtable> oldestFirst, long lastSequence) {
    this.replay = replay;
    this.oldestFirst = oldestFirst;
    this.lastSequence = lastSequence;
  }

  /**
   * Reads the log.
   *
   * @param names what the directory had when the version was read
   * @throws org.anvildb.api.CorruptionException if a part is missing or damaged that was on disk
   */
  static ReplayedLog read(Storage storage, Version version, List<String> names) {
    WalReplay replay = new WalReplay(storage, Opening.shortId(version), names);
    boolean done = false;
    try {
      Filler filler = new Filler(version.hashSeed());
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
      return new ReplayedLog(replay, filler.memtables, outcome.lastSequence());
    } finally {
      if (!done) {
        replay.close();
      }
    }
  }

  /** Returns the memtables, oldest first. */
  List<Memtable> oldestFirst() {
    return Collections.unmodifiableList(oldestFirst);
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
    private final List<Memtable> memtables = new ArrayList<>();
    private final long hashSeed;
    private long segment;
    private MemorySegment memory = MemorySegment.NULL;
    private @Nullable Memtable current;

    Filler(long hashSeed) {
      this.hashSeed = hashSeed;
    }

    @Override
    public void segment(long number, MemorySegment segmentMemory) {
      segment = number;
      memory = segmentMemory;
      current = null;
    }

    @Override
    public void batch(long sequence, long offset, int length, int operations) {
      if (current == null) {
        current = new Memtable(memory, segment, hashSeed);
        memtables.add(current);
      }
      current.insert(offset, offset + length);
      current.publish(offset + length);
    }
  }
}

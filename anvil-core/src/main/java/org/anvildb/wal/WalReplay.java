package org.anvildb.wal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.anvildb.api.CorruptionException;
import org.anvildb.log.LogTail;
import org.anvildb.log.RecordFormat;
import org.anvildb.log.RecordReader;
import org.anvildb.log.RecordScanner;
import org.anvildb.storage.Closer;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * Reads back what the log holds: the batches from the manifest's floor on, as a prefix of history
 * without a hole. Changes nothing on disk. Not thread-safe.
 *
 * <p>The segments form a chain by the predecessor that each header names. A tear (bytes that don't
 * verify) ends history; what follows is dropped, which is right only if none of it had been synced.
 * The proof of the contrary is a record behind the tear, in the same or in a later segment, that
 * was written when the torn place was known to be on disk: then this is damage, and nothing is
 * dropped. See {@code docs/format/wal.md} for the states that a crash can leave.
 *
 * <p>The mappings stay open until {@link #close()}, since the memtables that the batches go into
 * point there.
 */
public final class WalReplay implements AutoCloseable {
  private final Storage storage;
  private final long database;
  private final List<String> names;
  private final List<StoredSegment> segments = new ArrayList<>();
  private @Nullable LogEnd end;

  /**
   * Makes a replay.
   *
   * @param storage where the segments are
   * @param database the id of the database
   */
  public WalReplay(Storage storage, long database) {
    this(storage, database, storage.list());
  }

  /**
   * Makes a replay of what the directory had at some moment.
   *
   * @param storage where the segments are
   * @param database the id of the database
   * @param names the names of the files; segments that came later are none of the log's
   */
  public WalReplay(Storage storage, long database, List<String> names) {
    this.storage = storage;
    this.database = database;
    this.names = names;
  }

  /**
   * Replays the log.
   *
   * @param floor the number of the first segment that counts, which must exist; those below it are
   *     in tables. 0 if the manifest names none: then all count
   * @param lastSequence the number of the last batch that is in tables
   * @param sink takes the batches; may have taken some when this throws
   * @return how the log ends
   * @throws CorruptionException if a segment is missing, synced bytes are damaged, or the log
   *     contradicts itself
   * @throws org.anvildb.api.FormatException if a later version wrote a segment
   */
  public WalOutcome replay(long floor, long lastSequence, BatchSink sink) {
    if (!segments.isEmpty()) {
      throw new IllegalStateException("a replay runs once");
    }
    for (long number : SegmentFormat.numbers(names)) {
      if (number >= floor) {
        segments.add(guarded(number, () -> StoredSegment.open(storage, number, database)));
      }
    }
    ensurePresent(floor);
    ensureChain(floor);
    WalOutcome outcome = replay(lastSequence, sink);
    if (outcome instanceof WalOutcome.TornTail torn && !isEnd(torn)) {
      end = null;
    }
    return outcome;
  }

  /**
   * Reads the batches of a segment again, up to one. What an earlier process could not write may be
   * in the system's memory alone, and be dropped from there at any time: what was made of the
   * segment meanwhile is right if it verifies still, as what was dropped does not come back.
   *
   * @throws CorruptionException if a batch that was replayed does not verify any more
   */
  public void ensureUnchanged(long number, long lastSequence) {
    for (StoredSegment segment : segments) {
      SegmentFormat.Header header = segment.header();
      if (segment.number() == number && header != null) {
        guarded(segment, () -> ensureUnchanged(segment, header.firstSequence(), lastSequence));
      }
    }
  }

  private static boolean ensureUnchanged(StoredSegment segment, long first, long last) {
    RecordReader again = segment.reader(Long.MAX_VALUE, first);
    while (again.nextSequence() <= last) {
      if (!again.next()) {
        throw new CorruptionException(
            segment.name(),
            again.end(),
            "batch "
                + again.nextSequence()
                + " verified when the database was opened, and does not now: the disk failed to"
                + " write it, before the opening or since; nothing was made of it; check the disk,"
                + " then reopen");
      }
    }
    return true;
  }

  /**
   * Returns where the log that was replayed ends, so that a new segment can follow there; null if
   * none can. It can where nothing but the end of the last segment is dropped: the new segment's
   * header then says up to where that one counts, as the header of any successor does, and what is
   * torn behind is never looked at again. Where whole segments are dropped, they would stand
   * between the two.
   */
  public @Nullable LogEnd end() {
    return end;
  }

  /**
   * Unmaps some of the segments. May be called by any thread, once the log has been replayed.
   *
   * @param which tells of a number whether the segment is to be unmapped
   */
  public void close(LongPredicate which) {
    Closer closer = new Closer();
    for (StoredSegment segment : segments) {
      if (which.test(segment.number())) {
        closer.close(segment::close);
      }
    }
    closer.finish();
  }

  /** Unmaps the segments. */
  @Override
  public void close() {
    close(_ -> true);
  }

  private WalOutcome replay(long lastSequence, BatchSink sink) {
    long last = lastSequence;
    for (int i = 0; i < segments.size(); i++) {
      StoredSegment segment = segments.get(i);
      SegmentFormat.Header successor = successor(i);
      long sequence = last;
      int index = i;
      if (segment.header() == null) {
        RecordScanner.Found lost = guarded(segment, () -> lostRecords(segment, index, sequence));
        if (lost != null) {
          return torn(i, sequence, 0, lost.end(), "the header does not verify");
        }
        continue;
      }
      RecordReader reader = reader(segment, successor, last);
      LogTail tail = guarded(segment, () -> readAll(segment, reader, sink));
      last = reader.nextSequence() - 1;
      end = new LogEnd(segment.number(), tail.end());
      WalOutcome outcome = outcome(i, tail, last, successor);
      if (outcome != null) {
        return outcome;
      }
    }
    return new WalOutcome.Clean(last);
  }

  /** Returns what the end of one segment means for the log, or null if the log goes on. */
  private @Nullable WalOutcome outcome(
      int index, LogTail tail, long last, SegmentFormat.@Nullable Header successor) {
    StoredSegment segment = segments.get(index);
    return switch (tail) {
      case LogTail.Corrupt corrupt ->
          throw new CorruptionException(
              segment.name(), corrupt.end(), corrupt.reason() + "; restore a backup or repair");
      case LogTail.Torn torn -> torn(index, last, torn.end(), torn.dropped(), torn.reason());
      case LogTail.Clean(long end) when successor != null && end != successor.predecessorBytes() ->
          torn(
              index,
              last,
              end,
              successor.predecessorBytes() - end,
              "records are missing up to the final length " + successor.predecessorBytes());
      case LogTail.Clean _ -> null;
    };
  }

  /** Tells whether a tear drops no more than the end of the segment that was read last. */
  private boolean isEnd(WalOutcome.TornTail torn) {
    return end != null && end.segment() == torn.segment() && torn.droppedSegments().isEmpty();
  }

  private RecordReader reader(
      StoredSegment segment, SegmentFormat.@Nullable Header successor, long last) {
    SegmentFormat.Header header = segment.header();
    if (header == null || header.firstSequence() != last + 1) {
      throw new CorruptionException(
          segment.name(),
          0,
          "the segment starts with batch "
              + (header == null ? 0 : header.firstSequence())
              + " where "
              + (last + 1)
              + " must follow; restore a backup or repair");
    }
    long limit = successor == null ? Long.MAX_VALUE : successor.predecessorBytes();
    return segment.reader(limit, last + 1);
  }

  private static LogTail readAll(StoredSegment segment, RecordReader reader, BatchSink sink) {
    sink.segment(segment.number(), segment.memory());
    while (reader.next()) {
      String problem =
          BatchReader.problem(segment.memory(), reader.body(), reader.length(), reader.count());
      if (problem != null) {
        throw new CorruptionException(
            segment.name(), reader.offset(), problem + "; restore a backup or run repair");
      }
      sink.batch(reader.sequence(), reader.body(), reader.length(), reader.count());
    }
    return reader.tail();
  }

  /**
   * Returns what a file without a header holds if it was part of the log: a later segment names it,
   * or there are records of its own. Returns null if it was prepared and never begun.
   */
  private RecordScanner.@Nullable Found lostRecords(StoredSegment segment, int index, long last) {
    RecordScanner.Found own = segment.scan(last, mostRecords());
    if (own.syncedUpTo() > 0) {
      throw new CorruptionException(
          segment.name(),
          0,
          "the segment's header does not verify, though records tell that it was synced; restore a"
              + " backup or repair");
    }
    boolean isNamed =
        segments.subList(index + 1, segments.size()).stream()
            .map(StoredSegment::header)
            .anyMatch(later -> later != null && later.predecessor() == segment.number());
    return isNamed || own.records() > 0 ? own : null;
  }

  /** Ends history in a segment, provided that no later one proves that it was synced. */
  private WalOutcome torn(int index, long last, long offset, long dropped, String reason) {
    StoredSegment torn = segments.get(index);
    List<Long> droppedSegments = new ArrayList<>();
    for (StoredSegment later : segments.subList(index + 1, segments.size())) {
      RecordScanner.Found found = guarded(later, () -> later.scan(last, mostRecords()));
      if (found.syncedUpTo() > 0) {
        throw new CorruptionException(
            torn.name(),
            offset,
            reason
                + ", though a record of "
                + later.name()
                + " tells that it was synced; restore a backup or repair");
      }
      if (later.header() != null || found.records() > 0) {
        droppedSegments.add(later.number());
      }
    }
    return new WalOutcome.TornTail(
        last, torn.number(), offset, dropped, List.copyOf(droppedSegments), reason);
  }

  private void ensurePresent(long floor) {
    if (floor > 0 && (segments.isEmpty() || segments.getFirst().number() != floor)) {
      throw new CorruptionException(
          SegmentFormat.name(floor),
          -1,
          "WAL "
              + SegmentFormat.name(floor)
              + " missing, though the manifest names it; put the file back, restore a backup or"
              + " repair");
    }
  }

  /** Checks that each segment of the chain names the one before it, and that all are present. */
  private void ensureChain(long floor) {
    StoredSegment before = null;
    for (StoredSegment segment : segments) {
      SegmentFormat.Header header = segment.header();
      if (header == null) {
        continue;
      }
      long predecessor = header.predecessor();
      boolean isAfter = before == null ? predecessor < floor : predecessor == before.number();
      long least = before == null ? floor : before.number() + 1;
      if (!isAfter && !(predecessor >= least && isWithoutHeader(predecessor))) {
        throw broken(segment, predecessor);
      }
      before = segment;
    }
  }

  private boolean isWithoutHeader(long number) {
    return segments.stream().anyMatch(s -> s.number() == number && s.header() == null);
  }

  private CorruptionException broken(StoredSegment segment, long predecessor) {
    boolean isPresent = segments.stream().anyMatch(s -> s.number() == predecessor);
    return predecessor == 0 || isPresent
        ? new CorruptionException(
            segment.name(),
            0,
            "the segment follows "
                + SegmentFormat.name(predecessor)
                + ", but others stand between them; files were renamed or copied; put"
                + " the right ones back or run repair")
        : new CorruptionException(
            SegmentFormat.name(predecessor),
            -1,
            "WAL "
                + SegmentFormat.name(predecessor)
                + " missing, "
                + segment.name()
                + " present; put the file back, restore a backup or repair");
  }

  /** Returns the header of the next segment of the chain, if that follows this very one. */
  private SegmentFormat.@Nullable Header successor(int index) {
    for (int i = index + 1; i < segments.size(); i++) {
      SegmentFormat.Header header = segments.get(i).header();
      if (header != null) {
        return header.predecessor() == segments.get(index).number() ? header : null;
      }
    }
    return null;
  }

  /** Returns a bound of the number of records that all segments together can hold. */
  private long mostRecords() {
    return segments.stream().mapToLong(s -> s.memory().byteSize()).sum()
        / RecordFormat.HEADER_BYTES;
  }

  private static <T extends @Nullable Object> T guarded(StoredSegment segment, Supplier<T> access) {
    return guarded(segment.number(), access);
  }

  /** Turns the failure of a mapped file into the typed exception. */
  private static <T extends @Nullable Object> T guarded(long number, Supplier<T> access) {
    try {
      return access.get();
    } catch (InternalError e) {
      throw new CorruptionException(
          SegmentFormat.name(number),
          -1,
          "the file was cut short or failed while it was read; check the disk, then reopen or run"
              + " repair",
          e);
    }
  }
}

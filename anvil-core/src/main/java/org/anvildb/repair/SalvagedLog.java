package org.anvildb.repair;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.anvildb.api.AnvilException;
import org.anvildb.api.FormatException;
import org.anvildb.api.RepairReport.Loss;
import org.anvildb.log.RecordFormat;
import org.anvildb.log.RecordSalvage;
import org.anvildb.storage.Storage;
import org.anvildb.version.ManifestSalvage;
import org.anvildb.version.Version;
import org.anvildb.wal.BatchFormat;
import org.anvildb.wal.BatchReader;
import org.anvildb.wal.SalvagedSegment;
import org.anvildb.wal.SegmentFormat;
import org.jspecify.annotations.Nullable;

/**
 * The records of a damaged log that verify, in the order of their sequence numbers. Not
 * thread-safe.
 *
 * <p>If the manifest is whole, the segments from its floor on count, and all of them are newer than
 * the tables. Else it is not known which of them are in tables already. The newest chain without a
 * missing segment is applied upon the tables all the same: as a whole it ends in the newest state,
 * wherever it begins. What comes before a missing segment was most likely flushed, so it goes below
 * the tables, and only fills what they don't have.
 */
final class SalvagedLog implements AutoCloseable {
  private final Storage storage;
  private final RepairTally tally;
  private final boolean isComplete;
  private final long floor;
  private final List<SalvagedSegment> segments = new ArrayList<>();

  /** The numbers of files that are too short to hold a record. */
  private final List<Long> tooShort = new ArrayList<>();

  /** The numbers of files that are told as lost already. */
  private final Set<Long> told = new HashSet<>();

  private final long flushed;
  private long database;
  private int newestChain;

  /** Takes the operations of the log. */
  interface Sink {
    /** Takes a batch, of which every operation was checked. */
    void batch(SalvagedSegment segment, long from, int operations);
  }

  SalvagedLog(Storage storage, ManifestSalvage.Found found, RepairTally tally) {
    this.storage = storage;
    this.tally = tally;
    Version version = found.version();
    this.isComplete = version != null && found.isComplete();
    this.floor = version == null ? 0 : version.walFloor();
    this.flushed = isComplete && version != null ? version.lastSequence() : 0;
    UUID id = found.databaseId();
    this.database = id == null ? 0 : RecordFormat.shortId(id);
  }

  /**
   * Opens the segments.
   *
   * @throws FormatException if one of them is sound, but of a later format
   */
  void read(List<String> names, boolean isDatabaseKnown) {
    for (long number : SegmentFormat.numbers(names)) {
      if (number >= floor) {
        open(number);
      }
    }
    if (!isDatabaseKnown) {
      for (SalvagedSegment segment : segments) {
        Long named = segment.database();
        database = named == null ? database : named;
      }
    }
    segments.removeIf(this::isUseless);
    tooShort.forEach(this::noteTooShort);
    noteChain(names);
  }

  private void open(long number) {
    String name = SegmentFormat.name(number);
    try {
      SalvagedSegment segment = SalvagedSegment.open(storage, number);
      if (segment != null) {
        segments.add(segment);
      } else {
        tooShort.add(number);
      }
    } catch (FormatException e) {
      throw e;
    } catch (AnvilException e) {
      told.add(number);
      tally.lose(name, 0, e);
    } catch (InternalError e) {
      told.add(number);
      tally.lose(new Loss(name, -1, 0, "the file can't be read: it was cut short"));
    }
  }

  /**
   * Tells of a file without a whole header. The first one had its full length before the manifest
   * named it, so it was cut, and so was one that the next one names; another one may also be left
   * by a crash that struck while it was made, and surely is where the log went on past it.
   */
  private void noteTooShort(long number) {
    String problem = " is shorter than its header: ";
    if (number == floor || isPredecessor(number)) {
      told.add(number);
      String reason = "the file" + problem + "it was cut, and its batches are lost";
      tally.lose(new Loss(SegmentFormat.name(number), -1, 0, reason));
      doubtOlder();
    } else if (segments.stream().noneMatch(segment -> isPast(segment, number))) {
      tally.doubt(
          SegmentFormat.name(number)
              + problem
              + "a crash left it so while it was made, or it was cut, and its batches are lost");
    }
  }

  /** Tells whether a segment says that the log had one of a number right before it. */
  private boolean isPredecessor(long number) {
    return segments.stream()
        .map(SalvagedSegment::header)
        .anyMatch(header -> header != null && header.predecessor() == number);
  }

  /** Tells whether a segment says that the log never had one of a lower number. */
  private static boolean isPast(SalvagedSegment segment, long number) {
    SegmentFormat.Header header = segment.header();
    return header != null && header.number() > number && header.predecessor() < number;
  }

  /** Tells whether a file is of another database, or was prepared and never begun. */
  private boolean isUseless(SalvagedSegment segment) {
    Long named = segment.database();
    boolean isForeign = named != null && named != database;
    if (isForeign) {
      told.add(segment.number());
      long bytes = segment.memory().byteSize();
      tally.lose(new Loss(segment.name(), -1, bytes, "belongs to another database"));
    }
    boolean isEmpty = segment.header() == null && !segment.records(database, Long.MAX_VALUE).next();
    if (isForeign || isEmpty) {
      segment.close();
    } else if (segment.header() == null) {
      tally.lose(
          new Loss(
              segment.name(),
              0,
              SegmentFormat.HEADER_BYTES,
              "the header does not verify; the records behind it are used without it"));
    }
    return isForeign || isEmpty;
  }

  /** Finds the segments that are missing in the chain. */
  private void noteChain(List<String> names) {
    if (floor > 0 && !names.contains(SegmentFormat.name(floor))) {
      told.add(floor);
      tally.lose(
          new Loss(SegmentFormat.name(floor), -1, 0, "missing, though the manifest names it"));
    }
    // Without a complete manifest the predecessor of the first one may be in tables.
    for (int i = isComplete ? 0 : 1; i < segments.size(); i++) {
      SegmentFormat.Header header = segments.get(i).header();
      long before = i == 0 ? Math.max(0, floor - 1) : segments.get(i - 1).number();
      if (header != null && header.predecessor() > before) {
        newestChain = isComplete ? 0 : i;
        missing(header.predecessor(), segments.get(i).name());
      }
    }
  }

  private void missing(long number, String namedBy) {
    String name = SegmentFormat.name(number);
    if (isComplete) {
      if (told.add(number)) {
        tally.lose(new Loss(name, -1, 0, "missing, though " + namedBy + " names it"));
      }
    } else {
      tally.doubt(
          name
              + " is missing, and no manifest tells whether it was in tables: what the log holds"
              + " before it only fills in what no table has");
    }
  }

  /** Returns the ids of the keyspaces that operations name, a thousand at most. */
  Set<Integer> keyspaces(int most) {
    Set<Integer> ids = new HashSet<>();
    for (SalvagedSegment segment : segments) {
      RecordSalvage records = segment.records(database, Long.MAX_VALUE);
      while (records.next()) {
        if (problem(segment, records) == null) {
          long at = records.body();
          for (int i = 0; i < records.count() && ids.size() < most; i++) {
            ids.add(BatchFormat.keyspace(segment.memory(), at));
            at = BatchFormat.next(segment.memory(), at);
          }
        }
      }
    }
    return ids;
  }

  /** Tells whether there is a part that goes below the tables. */
  boolean hasOlder() {
    return newestChain > 0;
  }

  /** Shows what goes below the tables. */
  void older(Sink sink) {
    show(segments.subList(0, newestChain), sink);
  }

  /** Shows what goes upon the tables. */
  void newest(Sink sink) {
    show(segments.subList(newestChain, segments.size()), sink);
  }

  private void show(List<SalvagedSegment> part, Sink sink) {
    long last = flushed;
    boolean isFirst = !isComplete;
    for (SalvagedSegment segment : part) {
      SegmentFormat.Header successor = successor(segment);
      long limit = successor == null ? Long.MAX_VALUE : successor.predecessorBytes();
      RecordSalvage records = segment.records(database, limit);
      while (records.next()) {
        if (records.sequence() <= last) {
          continue;
        }
        if (!isFirst && records.sequence() > last + 1) {
          lost(segment, records, last + 1, records.sequence() - 1);
        }
        isFirst = false;
        last = records.sequence();
        show(segment, records, sink);
      }
      boolean isFollowed = successor != null && successor.firstSequence() == last + 1;
      boolean isTorn = noteEnd(segment, records, limit, isFollowed);
      if (isTorn && successor != null) {
        last = Math.max(last, successor.firstSequence() - 1);
      }
    }
  }

  private void show(SalvagedSegment segment, RecordSalvage records, Sink sink) {
    String problem = problem(segment, records);
    if (problem != null) {
      tally.lose(new Loss(segment.name(), records.offset(), records.length(), problem));
      return;
    }
    sink.batch(segment, records.body(), records.count());
    tally.record(records.count());
  }

  private static @Nullable String problem(SalvagedSegment segment, RecordSalvage records) {
    return BatchReader.problem(segment.memory(), records.body(), records.length(), records.count());
  }

  private void lost(SalvagedSegment segment, RecordSalvage records, long from, long to) {
    long at = records.gapStart() < 0 ? records.offset() : records.gapStart();
    String batches =
        from == to ? "batch " + from + " is" : "batches " + from + " to " + to + " are";
    tally.lose(new Loss(segment.name(), at, records.gapBytes(), batches + " lost"));
    doubtOlder();
  }

  /**
   * Notes what is lost at the end of a segment; returns whether anything is.
   *
   * @param isFollowed whether the next segment goes on with the next batch
   */
  private boolean noteEnd(
      SalvagedSegment segment, RecordSalvage records, long limit, boolean isFollowed) {
    long size = segment.memory().byteSize();
    if (limit > size && (limit < Long.MAX_VALUE || segment.isCut(records))) {
      noteCut(segment, records.gapStart() < 0 ? size : records.gapStart(), limit, isFollowed);
      return true;
    }
    if (records.gapStart() < 0) {
      return false;
    }
    boolean isLimited = limit <= size;
    if (isLimited || !records.isEndOfLog()) {
      long bytes = isLimited ? records.gapBytes() : records.brokenRecordBytes();
      String reason = "records at the end do not verify: damaged, or torn by a crash";
      tally.lose(new Loss(segment.name(), records.gapStart(), bytes, reason));
      doubtOlder();
      return true;
    }
    return false;
  }

  /** Tells of a file that was cut; how much is gone is known where a later segment tells it. */
  private void noteCut(SalvagedSegment segment, long at, long limit, boolean isFollowed) {
    if (limit < Long.MAX_VALUE) {
      String reason = "the file was cut: the segment behind it tells that it was longer";
      tally.lose(new Loss(segment.name(), at, limit - at, reason));
      if (!isFollowed) {
        doubtOlder();
      }
    } else {
      String reason = "the file was cut: no segment has this length, and nothing ends its records";
      tally.lose(new Loss(segment.name(), at, 0, reason));
      tally.doubt(
          "the end of the log was cut off: if batches were there, what they changed is as it was"
              + " before them");
    }
  }

  private void doubtOlder() {
    tally.doubt(
        "batches of the log are lost: what they changed is as it was before them, unless a later"
            + " batch changed it too");
  }

  /** Returns the header of the segment that follows, or null if none tells that it does. */
  private SegmentFormat.@Nullable Header successor(SalvagedSegment segment) {
    for (SalvagedSegment later : segments) {
      SegmentFormat.Header header = later.header();
      if (header != null && header.predecessor() == segment.number()) {
        return header;
      }
    }
    return null;
  }

  @Override
  public void close() {
    segments.forEach(SalvagedSegment::close);
  }
}

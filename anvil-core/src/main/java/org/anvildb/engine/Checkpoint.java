package org.anvildb.engine;

import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.log.RecordFormat;
import org.anvildb.memtable.Memtable;
import org.anvildb.storage.Storage;
import org.anvildb.table.TableMeta;
import org.anvildb.version.Version;
import org.anvildb.version.VersionLog;
import org.anvildb.wal.SegmentCopy;
import org.anvildb.wal.SegmentFormat;

/**
 * Writes a consistent copy of an open database: of one moment in the order of writes, taken under
 * the commit lock, and written without it.
 *
 * <p>The tables are those of the moment's version, which the retained read state keeps. What the
 * memtables hold is copied out of the log as it stands in memory: records as they are, below the
 * moment's end, into segments of the same numbers that form a chain of their own. Records are
 * appended and never changed, so nobody need wait. A manifest that names both comes last.
 *
 * <p>Not flushed first, as that would wait behind the flusher's queue and leave a small table each
 * time; not linked, as segments are recycled, which would change the linked file; and not read from
 * the files, which may be gone or unsynced while their mappings are not. See {@code
 * docs/adr/0007-checkpoints.md}.
 */
final class Checkpoint {
  private final CapturedState captured;
  private final Storage files;
  private final Version version;

  /** The number and the end of the last segment that was written; 0 if there is none. */
  private long predecessor;

  private long predecessorBytes;
  private long firstSegment;
  private long lastSequence;

  private Checkpoint(CapturedState captured, Storage files) {
    this.captured = captured;
    this.files = files;
    this.version = captured.state().version();
    this.lastSequence = version.lastSequence();
  }

  /**
   * Writes the copy. All of it is durable when this returns, but for what the target makes of the
   * tables.
   *
   * @return the number of the last batch in it
   */
  static long write(Parts parts, CheckpointTarget target) {
    CapturedState captured = parts.committer().capture();
    try {
      new Checkpoint(captured, target.files()).write(parts.storage(), target);
      return captured.sequence();
    } catch (IllegalStateException | AnvilException e) {
      // The closing does not wait for us: it unmaps what we read, and the next opening deletes it.
      parts.health().checkOpen();
      throw e;
    } finally {
      captured.state().release();
    }
  }

  private void write(Storage storage, CheckpointTarget target) {
    for (TableMeta table : version.tables()) {
      target.table(storage, table);
    }
    MemtableSlot[] frozen = captured.state().frozen();
    for (int i = frozen.length - 1; i >= 0; i--) {
      copy(frozen[i].memtable(), frozen[i].memtable().limit(), frozen[i].lastSequence());
      frozen[i].ensureUnchanged();
    }
    copy(captured.state().active().memtable(), captured.limit(), captured.sequence());
    // Numbers of files go on above those that the directory has, the segments' among them.
    VersionLog.start(files, withLogFrom(firstSegment)).close();
  }

  private Version withLogFrom(long floor) {
    return new Version(
        version.databaseId(),
        version.hashSeed(),
        version.keyspaces(),
        version.nextFile(),
        version.nextKeyspace(),
        floor,
        version.lastSequence());
  }

  /** Copies the log of a memtable, if it has any. */
  private void copy(Memtable memtable, long limit, long sequence) {
    if (limit <= SegmentFormat.HEADER_BYTES || sequence == lastSequence) {
      return;
    }
    long number = memtable.segmentNumber();
    var header =
        new SegmentFormat.Header(
            RecordFormat.shortId(version.databaseId()),
            number,
            predecessor,
            predecessorBytes,
            lastSequence + 1);
    try {
      SegmentCopy.write(files, header, memtable.log(), limit, sequence);
    } catch (InternalError e) {
      throw new CorruptionException(
          SegmentFormat.name(number),
          -1,
          "the file was cut short or failed while it was copied; check the disk, then reopen",
          e);
    }
    predecessor = number;
    predecessorBytes = SegmentCopy.fileBytes(limit);
    firstSegment = firstSegment == 0 ? number : firstSegment;
    lastSequence = sequence;
  }
}

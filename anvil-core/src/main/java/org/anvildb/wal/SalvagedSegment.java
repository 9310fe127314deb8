package org.anvildb.wal;

import java.lang.foreign.MemorySegment;
import org.anvildb.api.CorruptionException;
import org.anvildb.log.RecordFormat;
import org.anvildb.log.RecordSalvage;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * A segment file of a damaged log, of which each record is used that verifies, whatever the chain
 * says. Changes nothing on disk. Not thread-safe.
 */
public final class SalvagedSegment implements AutoCloseable {
  private final long number;
  private final MappedFile file;
  private final SegmentFormat.@Nullable Header header;

  private SalvagedSegment(long number, MappedFile file, SegmentFormat.@Nullable Header header) {
    this.number = number;
    this.file = file;
    this.header = header;
  }

  /**
   * Opens a file.
   *
   * @return the segment; null if it is too short to hold a record
   * @throws org.anvildb.api.FormatException if a later version wrote it
   */
  public static @Nullable SalvagedSegment open(Storage storage, long number) {
    String name = SegmentFormat.name(number);
    if (storage.size(name) < SegmentFormat.HEADER_BYTES) {
      return null;
    }
    MappedFile file = storage.map(name);
    boolean opened = false;
    try {
      var segment = new SalvagedSegment(number, file, header(name, file.memory()));
      opened = true;
      return segment;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private static SegmentFormat.@Nullable Header header(String name, MemorySegment memory) {
    try {
      return SegmentFormat.decode(name, memory);
    } catch (CorruptionException e) {
      return null;
    }
  }

  /** Returns the number in the file's name. */
  public long number() {
    return number;
  }

  /** Returns the name of the file. */
  public String name() {
    return SegmentFormat.name(number);
  }

  /** Returns the bytes. */
  public MemorySegment memory() {
    return file.memory();
  }

  /**
   * Tells whether the file was certainly cut: it has no length that a segment is made with, and a
   * copy has a mark where it ends.
   *
   * @param records its records, of which the last was read
   */
  public boolean isCut(RecordSalvage records) {
    return records.isOpenEnded() && !SegmentFormat.isMadeLength(memory().byteSize());
  }

  /** Returns the header of its own, or null: lost, never begun, or that of a former life. */
  public SegmentFormat.@Nullable Header header() {
    return header != null && header.number() == number ? header : null;
  }

  /**
   * Returns the id of the database that the header names; null if there is no header at all. A file
   * that was recycled still tells it.
   */
  public @Nullable Long database() {
    return header == null ? null : header.database();
  }

  /**
   * Searches its records.
   *
   * @param database the id of the database
   * @param limit the final length, if a later segment names it
   */
  public RecordSalvage records(long database, long limit) {
    return new RecordSalvage(
        memory(), RecordFormat.salt(database, number), SegmentFormat.HEADER_BYTES, limit);
  }

  @Override
  public void close() {
    file.close();
  }
}

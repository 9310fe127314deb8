package org.anvildb.wal;

import java.lang.foreign.MemorySegment;
import org.anvildb.api.CorruptionException;
import org.anvildb.log.RecordFormat;
import org.anvildb.log.RecordReader;
import org.anvildb.log.RecordScanner;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * A segment file as a replay finds it: either part of the log, by its header, or without a header
 * of its own: prepared but never used, half created, recycled, or with its header lost. Not
 * thread-safe.
 */
final class StoredSegment implements AutoCloseable {
  private final long number;
  private final String name;
  private final long salt;
  private final @Nullable MappedFile file;
  private final MemorySegment memory;
  private final SegmentFormat.@Nullable Header header;

  private StoredSegment(
      long number,
      String name,
      long salt,
      @Nullable MappedFile file,
      SegmentFormat.@Nullable Header header) {
    this.number = number;
    this.name = name;
    this.salt = salt;
    this.file = file;
    this.memory = file == null ? MemorySegment.ofArray(new byte[0]) : file.memory();
    this.header = header;
  }

  /**
   * Opens a segment file.
   *
   * @throws CorruptionException if it belongs to another database, or can't have come about here
   */
  static StoredSegment open(Storage storage, long number, long database) {
    String name = SegmentFormat.name(number);
    long salt = RecordFormat.salt(database, number);
    if (storage.size(name) < SegmentFormat.HEADER_BYTES) {
      return new StoredSegment(number, name, salt, null, null);
    }
    MappedFile file = storage.map(name);
    try {
      SegmentFormat.Header header = header(name, file.memory(), number, database);
      return new StoredSegment(number, name, salt, file, header);
    } catch (Throwable t) {
      file.close();
      throw t;
    }
  }

  private static SegmentFormat.@Nullable Header header(
      String name, MemorySegment memory, long number, long database) {
    SegmentFormat.Header header = SegmentFormat.decode(name, memory);
    if (header == null) {
      return null;
    }
    if (header.database() != database) {
      throw new CorruptionException(
          name,
          0,
          "the segment belongs to another database; put the right file back or run repair");
    }
    if (header.number() > number) {
      throw new CorruptionException(
          name,
          0,
          "the header is that of the later segment "
              + SegmentFormat.name(header.number())
              + "; files were renamed or copied; put the right ones back or run repair");
    }
    // A lower number is that of the file's former life: it was recycled, but not begun.
    return header.number() == number ? header : null;
  }

  long number() {
    return number;
  }

  String name() {
    return name;
  }

  MemorySegment memory() {
    return memory;
  }

  /** Returns what its header says, or null if it has none of its own. */
  SegmentFormat.@Nullable Header header() {
    return header;
  }

  /** Returns a reader of its records up to an offset. */
  RecordReader reader(long limit, long firstSequence) {
    return new RecordReader(memory, salt, SegmentFormat.HEADER_BYTES, limit, firstSequence);
  }

  /** Searches all of it for records that were written to it, with numbers from one on. */
  RecordScanner.Found scan(long minSequence, long mostRecords) {
    return RecordScanner.scan(
        memory,
        salt,
        SegmentFormat.HEADER_BYTES,
        memory.byteSize(),
        Math.max(1, minSequence),
        minSequence + mostRecords);
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}

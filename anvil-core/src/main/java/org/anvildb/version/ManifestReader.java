package org.anvildb.version;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.anvildb.api.CorruptionException;
import org.anvildb.bytes.Bytes;
import org.anvildb.log.LogTail;
import org.anvildb.log.RecordReader;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * Finds the version of a database on disk: {@code CURRENT} names the manifest, its records make the
 * version. Changes nothing. No state.
 *
 * <p>A manifest is synced at each record before anything depends on that record. So a last record
 * that is incomplete was never acknowledged, and is dropped; anything unsound that a sound record
 * follows is corruption.
 */
public final class ManifestReader {
  /** A manifest that is not larger is read at once, which is quicker than mapping it. */
  private static final long MAX_READ_BYTES = 16 << 20;

  private ManifestReader() {}

  /**
   * Reads the version.
   *
   * @return the version, or null if there is no database yet: no {@code CURRENT}, no table and no
   *     log segment (a lone manifest is what a crash in the middle of creation leaves)
   * @throws CorruptionException if something is damaged or missing
   * @throws org.anvildb.api.FormatException if a newer library or another engine wrote the files
   */
  public static @Nullable RecoveredVersion read(Storage storage) {
    List<String> names = storage.list();
    if (!names.contains(CurrentFile.NAME)) {
      long tables = count(names, FileName.Kind.TABLE);
      long segments = count(names, FileName.Kind.WAL);
      if (tables == 0 && segments == 0) {
        return null;
      }
      throw new CorruptionException(CurrentFile.NAME, -1, missing(tables, segments));
    }
    FileHead current = CurrentFile.read(storage, names);
    String name = FileName.manifest(current.number());
    if (!names.contains(name)) {
      throw new CorruptionException(
          name, -1, missing(count(names, FileName.Kind.TABLE), count(names, FileName.Kind.WAL)));
    }
    return read(storage, name, current);
  }

  /**
   * Reads a manifest. A large one is mapped: its length alone, which costs whoever made it nothing,
   * must not take memory.
   */
  private static RecoveredVersion read(Storage storage, String name, FileHead current) {
    if (storage.size(name) <= MAX_READ_BYTES) {
      return read(name, readWhole(storage, name), current);
    }
    try (MappedFile mapped = storage.map(name)) {
      return read(name, mapped.memory(), current);
    } catch (InternalError e) {
      throw new CorruptionException(
          name, -1, "can't be read: it was cut short, or its device failed; run repair", e);
    }
  }

  /**
   * Refuses a directory that another engine or a newer library wrote. Damage is left to {@link
   * #read}: this is asked without the lock.
   *
   * @throws org.anvildb.api.FormatException if it is not ours to read
   */
  public static void refuseForeign(Storage storage) {
    List<String> names = storage.list();
    if (names.contains(CurrentFile.NAME)) {
      try {
        CurrentFile.read(storage, names);
      } catch (CorruptionException e) {
        // Told under the lock, when nobody can be writing the file.
      }
    }
  }

  /** Reads the bytes of a manifest that a {@code CURRENT} names. */
  static RecoveredVersion read(String name, byte[] bytes, FileHead current) {
    return read(name, MemorySegment.ofArray(bytes).asReadOnly(), current);
  }

  private static RecoveredVersion read(String name, MemorySegment bytes, FileHead current) {
    FileHead head = FileHead.decode(name, start(bytes), FileHead.MANIFEST_MAGIC);
    if (!head.isSame(current)) {
      throw new CorruptionException(
          name,
          0,
          "is the manifest of another database or number; restore the right one or run repair");
    }
    RecordReader records =
        new RecordReader(
            bytes,
            Manifest.salt(head.databaseId(), head.number()),
            FileHead.BYTES,
            bytes.byteSize(),
            1);
    Version version = null;
    while (records.next()) {
      version = apply(name, version, edits(name, bytes, records), records);
    }
    if (records.tail() instanceof LogTail.Corrupt corrupt) {
      throw new CorruptionException(name, corrupt.end(), corrupt.reason() + "; run repair");
    }
    if (version == null) {
      throw new CorruptionException(
          name,
          FileHead.BYTES,
          "the first record, which no crash tears, is missing or damaged; run repair");
    }
    if (!version.databaseId().equals(head.databaseId())) {
      throw new CorruptionException(
          name, FileHead.BYTES, "contradicts the database id in its head; run repair");
    }
    return new RecoveredVersion(
        version, head.number(), records.nextSequence() - 1, bytes.byteSize() - records.end());
  }

  /** Returns the edits of the record that was read last. */
  static List<VersionEdit> edits(String name, MemorySegment bytes, RecordReader record) {
    byte[] body = Bytes.copy(bytes, record.body(), record.length());
    return ManifestFormat.decode(name, record.body(), body, 0, body.length);
  }

  /** Applies the edits of the record that was read last. */
  static Version apply(
      String name, @Nullable Version version, List<VersionEdit> edits, RecordReader record) {
    if (edits.size() != record.count()) {
      throw new CorruptionException(
          name,
          record.offset(),
          "a record has "
              + edits.size()
              + " edits and promises "
              + record.count()
              + "; run repair");
    }
    try {
      VersionBuilder builder = version == null ? new VersionBuilder() : new VersionBuilder(version);
      edits.forEach(builder::add);
      return builder.build();
    } catch (IllegalStateException e) {
      throw new CorruptionException(
          name,
          record.offset(),
          "an edit contradicts those before it: " + e.getMessage() + "; run repair",
          e);
    }
  }

  private static byte[] readWhole(Storage storage, String name) {
    long size = storage.size(name);
    byte[] bytes = storage.read(name, 0, (int) size);
    if (bytes.length != size) {
      throw new CorruptionException(
          name, bytes.length, "ends early while it is read; check the disk, then run repair");
    }
    return bytes;
  }

  /** Returns the head of a manifest, or less where it is shorter. */
  static byte[] start(MemorySegment bytes) {
    return Bytes.copy(bytes, 0, (int) Math.min(bytes.byteSize(), FileHead.BYTES));
  }

  private static long count(List<String> names, FileName.Kind kind) {
    return names.stream()
        .map(FileName::parse)
        .filter(file -> file != null && file.kind() == kind)
        .count();
  }

  private static String missing(long tables, long segments) {
    return "missing, "
        + tables
        + (tables == 1 ? " table and " : " tables and ")
        + segments
        + (segments == 1 ? " log segment" : " log segments")
        + " present; run repair";
  }
}

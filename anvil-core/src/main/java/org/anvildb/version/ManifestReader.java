package org.anvildb.version;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.anvildb.api.CorruptionException;
import org.anvildb.log.LogTail;
import org.anvildb.log.RecordReader;
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
    return read(name, readWhole(storage, name), current);
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
    FileHead head = FileHead.decode(name, bytes, FileHead.MANIFEST_MAGIC);
    if (!head.isSame(current)) {
      throw new CorruptionException(
          name, 0, "is the manifest of another database or number; restore the right one");
    }
    RecordReader records =
        new RecordReader(
            MemorySegment.ofArray(bytes).asReadOnly(),
            Manifest.salt(head.databaseId(), head.number()),
            FileHead.BYTES,
            bytes.length,
            1);
    Version version = null;
    while (records.next()) {
      version = apply(name, version, bytes, records);
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
          name, FileHead.BYTES, "contradicts the database id in its head");
    }
    return new RecoveredVersion(
        version, head.number(), records.nextSequence() - 1, bytes.length - records.end());
  }

  /** Applies the edits of the record that was read last. */
  static Version apply(String name, @Nullable Version version, byte[] bytes, RecordReader record) {
    int from = (int) record.body();
    List<VersionEdit> edits = ManifestFormat.decode(name, 0, bytes, from, from + record.length());
    if (edits.size() != record.count()) {
      throw new CorruptionException(
          name,
          record.offset(),
          "a record has " + edits.size() + " edits and promises " + record.count());
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

  /** Reads all of a manifest. */
  static byte[] readWhole(Storage storage, String name) {
    long size = storage.size(name);
    if (size > Integer.MAX_VALUE - 64) {
      throw new CorruptionException(name, size, "is larger than any manifest; run repair");
    }
    byte[] bytes = storage.read(name, 0, (int) size);
    if (bytes.length != size) {
      throw new CorruptionException(name, bytes.length, "ends early while it is read");
    }
    return bytes;
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

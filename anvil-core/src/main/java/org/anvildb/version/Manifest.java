package org.anvildb.version;

import java.util.List;
import java.util.UUID;
import org.anvildb.api.PoisonedException;
import org.anvildb.log.RecordFormat;
import org.anvildb.log.RecordWriter;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * The writer of one manifest file: a snapshot of the version first, then a record for each atomic
 * list of edits. Not thread-safe.
 *
 * <p>A record is durable when {@link #append} returns. After each, a mark is appended that nothing
 * waits for. It proves that the record before it was synced, so that damage to that one is known as
 * damage, and not taken for a tail that was torn by a crash and never acknowledged.
 *
 * <p>After the first failure the file is dead: what the disk holds is unknown, and nothing is ever
 * put behind it. Files are never opened to be appended to again; each opening of a database starts
 * a new one.
 */
final class Manifest implements AutoCloseable {
  private final long number;
  private final RecordWriter records;
  private final long snapshotBytes;
  private @Nullable Throwable failure;

  private Manifest(long number, RecordWriter records, List<VersionEdit> snapshot) {
    this.number = number;
    this.records = records;
    write(snapshot);
    this.snapshotBytes = records.length();
  }

  /**
   * Writes a new file with a snapshot. When this returns, its bytes and its name are durable; it is
   * in force only after {@link CurrentFile#switchTo}.
   */
  static Manifest create(Storage storage, long number, Version version) {
    byte[] head = new FileHead(number, version.databaseId()).encode(FileHead.MANIFEST_MAGIC);
    AppendFile file = storage.create(FileName.manifest(number));
    try {
      file.append(head, 0, head.length);
      RecordWriter records = new RecordWriter(file, salt(version.databaseId(), number), 1);
      Manifest manifest = new Manifest(number, records, version.toEdits());
      storage.syncDirectory();
      return manifest;
    } catch (Throwable e) {
      closeAfter(file, e);
      throw e;
    }
  }

  /** Returns the salt of a manifest's records: they verify in no other file. */
  static long salt(UUID databaseId, long number) {
    return RecordFormat.salt(RecordFormat.shortId(databaseId), number);
  }

  long number() {
    return number;
  }

  long bytes() {
    return records.length();
  }

  long snapshotBytes() {
    return snapshotBytes;
  }

  /**
   * Makes a list of edits durable.
   *
   * @param edits at least one
   * @throws PoisonedException if an earlier append failed
   */
  void append(List<VersionEdit> edits) {
    ensureAlive();
    try {
      write(edits);
    } catch (Throwable e) {
      poison(e);
      throw e;
    }
  }

  /**
   * Checks that nothing failed yet.
   *
   * @throws PoisonedException if something did
   */
  void ensureAlive() {
    if (failure != null) {
      throw new PoisonedException(
          FileName.manifest(number)
              + ": an earlier write failed; close the database and open it again to recover",
          failure);
    }
  }

  /** Ends all appending. */
  void poison(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  @Override
  public void close() {
    records.close();
  }

  private void write(List<VersionEdit> edits) {
    byte[] body = ManifestFormat.encode(edits);
    records.append(body, 0, body.length, edits.size());
    records.sync();
    records.appendMark();
  }

  private static void closeAfter(AppendFile file, Throwable cause) {
    try {
      file.close();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }
}

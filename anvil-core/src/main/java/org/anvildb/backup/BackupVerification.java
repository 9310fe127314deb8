package org.anvildb.backup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.VerifyReport;
import org.anvildb.storage.FileCopy;
import org.anvildb.storage.Storage;

/**
 * Compares the files of backups with what their manifests say; a file that several have is read
 * once. Not thread-safe.
 */
final class BackupVerification {
  private final Storage storage;
  private final List<VerifyReport.Finding> findings = new ArrayList<>();

  /** The checksums of the files that were read. */
  private final Map<Long, Integer> read = new HashMap<>();

  private long files;
  private long bytes;

  BackupVerification(Storage storage) {
    this.storage = storage;
  }

  /** Reads a manifest and all files that it names. */
  void manifest(String name, Supplier<BackupManifest> reading) {
    files++;
    BackupManifest manifest;
    try {
      manifest = reading.get();
      bytes += storage.size(name);
    } catch (AnvilException e) {
      failure(name, e);
      return;
    }
    for (StoredFile file : manifest.files()) {
      try {
        ensurePresent(storage, file);
        ensureSame(file, checksum(file));
      } catch (AnvilException e) {
        failure(file.storedName(), e);
      }
    }
  }

  private int checksum(StoredFile file) {
    Integer known = read.get(file.stored());
    if (known != null) {
      return known;
    }
    int checksum = FileCopy.checksum(storage, file.storedName());
    read.put(file.stored(), checksum);
    files++;
    bytes += file.bytes();
    return checksum;
  }

  private void failure(String name, AnvilException e) {
    long offset = e instanceof CorruptionException corruption ? corruption.offset() : -1;
    findings.add(new VerifyReport.Finding(name, offset, String.valueOf(e.getMessage())));
  }

  VerifyReport report() {
    return new VerifyReport(files, bytes, 0, 0, 0, findings);
  }

  static boolean isPresent(Storage storage, StoredFile file) {
    return storage.exists(file.storedName()) && storage.size(file.storedName()) == file.bytes();
  }

  /**
   * Checks that a file is there with its length.
   *
   * @throws CorruptionException if it is not
   */
  static void ensurePresent(Storage storage, StoredFile file) {
    if (!storage.exists(file.storedName())) {
      throw new CorruptionException(
          file.storedName(), -1, "missing (" + file.name() + " of the database)" + ADVICE);
    }
    long size = storage.size(file.storedName());
    if (size != file.bytes()) {
      throw new CorruptionException(
          file.storedName(),
          Math.min(size, file.bytes()),
          "has " + size + " bytes in place of " + file.bytes() + ADVICE);
    }
  }

  /**
   * Checks that a file has the bytes that were stored.
   *
   * @throws CorruptionException if it has not
   */
  static void ensureSame(StoredFile file, int checksum) {
    if (checksum != file.checksum()) {
      throw new CorruptionException(
          file.storedName(),
          -1,
          "the checksum is wrong (" + file.name() + " of the database)" + ADVICE);
    }
  }

  private static final String ADVICE = "; this backup can't be restored, use another one";
}

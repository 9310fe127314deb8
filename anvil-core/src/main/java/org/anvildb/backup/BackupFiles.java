package org.anvildb.backup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.storage.Storage;
import org.anvildb.version.FileName;
import org.jspecify.annotations.Nullable;

/**
 * The files of a directory of backups: reads manifests, and tells which numbers are taken. Changes
 * nothing. Not thread-safe.
 */
final class BackupFiles {
  /** The longest manifest that is read: that of a million files. */
  private static final int MOST_MANIFEST_BYTES =
      BackupFormat.HEAD_BYTES + 1_000_000 * BackupFormat.FILE_BYTES + BackupFormat.CRC_BYTES;

  private final Storage storage;

  BackupFiles(Storage storage) {
    this.storage = storage;
  }

  /** Tells whether a file's name is one of a backup. */
  static boolean isOurs(String name) {
    return name.equals(BackupFormat.DRAFT)
        || BackupFormat.manifestNumber(name) > 0
        || BackupFormat.storedNumber(name) > 0;
  }

  /** Returns the numbers of all backups, those that can't be read among them, oldest first. */
  List<Long> numbers() {
    return storage.list().stream()
        .map(BackupFormat::manifestNumber)
        .filter(number -> number > 0)
        .sorted()
        .toList();
  }

  /**
   * Refuses a backup that is not there.
   *
   * @throws IllegalArgumentException if there is no such backup
   */
  void ensureExists(long number) {
    List<Long> numbers = numbers();
    if (!numbers.contains(number)) {
      throw new IllegalArgumentException(
          storage.location() + " has no backup " + number + "; there are: " + numbers);
    }
  }

  /** Reads a manifest; returns null if it can't be read. */
  @Nullable BackupManifest readIfSound(long number) {
    try {
      return read(number);
    } catch (AnvilException e) {
      return null;
    }
  }

  /**
   * Reads a manifest.
   *
   * @throws CorruptionException if it is damaged
   */
  BackupManifest read(long number) {
    String name = BackupFormat.manifestName(number);
    long size = storage.size(name);
    if (size > MOST_MANIFEST_BYTES) {
      throw new CorruptionException(name, MOST_MANIFEST_BYTES, "is longer than any manifest");
    }
    return BackupFormat.decode(number, storage.read(name, 0, (int) size));
  }

  /**
   * Returns the backups that go when a number of sound ones of each database stay, oldest first.
   *
   * @param keep how many
   */
  List<Long> superseded(int keep) {
    Map<UUID, Integer> kept = new HashMap<>();
    List<Long> superseded = new ArrayList<>();
    for (long number : numbers().reversed()) {
      BackupManifest manifest = readIfSound(number);
      if (manifest == null) {
        continue;
      }
      if (kept.getOrDefault(manifest.databaseId(), 0) == keep) {
        superseded.add(number);
      } else if (isPresent(manifest)) {
        kept.merge(manifest.databaseId(), 1, Integer::sum);
      }
    }
    return superseded.reversed();
  }

  /** Tells whether all files of a backup are there, in their lengths. */
  boolean isPresent(BackupManifest manifest) {
    return manifest.files().stream().allMatch(f -> BackupVerification.isPresent(storage, f));
  }

  /** Returns the tables of a database that are stored, and as long as they should be. */
  List<StoredFile> tables(List<BackupManifest> present, UUID databaseId) {
    List<StoredFile> tables = new ArrayList<>();
    for (BackupManifest manifest : present) {
      if (manifest.databaseId().equals(databaseId)) {
        for (StoredFile file : manifest.files()) {
          if (file.kind() == FileName.Kind.TABLE && BackupVerification.isPresent(storage, file)) {
            tables.add(file);
          }
        }
      }
    }
    return tables;
  }

  /**
   * Returns the number of the next stored file: above those of all files, and above those that the
   * manifests name, since a file that was lost must not be taken for another one.
   *
   * @param present the backups whose manifests are sound
   */
  long nextStored(List<BackupManifest> present) {
    long highest = 0;
    for (String name : storage.list()) {
      highest = Math.max(highest, BackupFormat.storedNumber(name));
    }
    String bearer = BackupFormat.storedName(highest);
    for (BackupManifest manifest : present) {
      for (StoredFile file : manifest.files()) {
        if (file.stored() > highest) {
          highest = file.stored();
          bearer = BackupFormat.manifestName(manifest.number());
        }
      }
    }
    return next(highest, bearer);
  }

  /** Returns the number of the next backup. */
  long nextBackup() {
    List<Long> numbers = numbers();
    long highest = numbers.isEmpty() ? 0 : numbers.getLast();
    return next(highest, BackupFormat.manifestName(highest));
  }

  /** Refuses to count on from a number that somebody made up: names would grow too long to read. */
  private static long next(long highest, String name) {
    if (highest >= BackupFormat.NUMBER_LIMIT) {
      throw new CorruptionException(
          name, -1, "no directory of backups comes to this number; remove the file");
    }
    return highest + 1;
  }
}

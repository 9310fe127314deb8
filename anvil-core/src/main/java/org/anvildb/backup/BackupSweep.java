package org.anvildb.backup;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.Storage;

/**
 * Deletes the files that no backup has. Not thread-safe.
 *
 * <p>None is deleted while a manifest can't be read, as it may name any of them; nor without the
 * lock, as its next holder may be writing them.
 */
final class BackupSweep {
  private final Storage storage;
  private final DirectoryLock lock;
  private final BackupFiles files;

  BackupSweep(Storage storage, DirectoryLock lock, BackupFiles files) {
    this.storage = storage;
    this.lock = lock;
    this.files = files;
  }

  /**
   * Deletes the draft that a crash left, and the files that no backup has.
   *
   * @return the backups whose manifests are sound
   */
  List<BackupManifest> run() {
    lock.ensureValid();
    if (storage.exists(BackupFormat.DRAFT)) {
      storage.delete(BackupFormat.DRAFT);
    }
    List<BackupManifest> present = new ArrayList<>();
    Set<String> used = new HashSet<>();
    boolean isComplete = true;
    for (long number : files.numbers()) {
      BackupManifest manifest = files.readIfSound(number);
      if (manifest == null) {
        isComplete = false;
      } else {
        present.add(manifest);
        manifest.files().forEach(file -> used.add(file.storedName()));
      }
    }
    if (isComplete) {
      deleteUnused(used);
    }
    return present;
  }

  private void deleteUnused(Set<String> used) {
    List<String> unused = new ArrayList<>(storage.list());
    unused.removeIf(name -> BackupFormat.storedNumber(name) <= 0 || used.contains(name));
    if (!unused.isEmpty()) {
      // A manifest whose removal is not durable may come back, and would miss them.
      storage.syncDirectory();
      unused.forEach(storage::delete);
    }
  }
}

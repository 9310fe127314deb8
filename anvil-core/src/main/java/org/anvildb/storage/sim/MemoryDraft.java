package org.anvildb.storage.sim;

import org.anvildb.api.NotADatabaseException;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.storage.Storage;

/**
 * A draft of a directory on a {@link MemoryDisk}, with the steps that a local one takes. Not
 * thread-safe.
 */
final class MemoryDraft implements DirectoryDraft {
  private static final String SUFFIX = ".incomplete";

  private final MemoryDisk disk;
  private final String target;
  private final String draft;
  private final MemoryFolder folder;
  private boolean closed;

  private MemoryDraft(MemoryDisk disk, String target) {
    this.disk = disk;
    this.target = target;
    this.draft = target + SUFFIX;
    this.folder = new MemoryFolder(disk, draft);
  }

  static MemoryDraft begin(MemoryDisk disk, String target) {
    if (disk.hasFolder(target) && !disk.listAt(target).isEmpty()) {
      throw new NotADatabaseException(disk.path(target) + ": is not empty; name another directory");
    }
    MemoryDraft begun = new MemoryDraft(disk, target);
    if (disk.hasFolder(begun.draft)) {
      begun.empty();
    } else {
      disk.createFolder(begun.draft);
    }
    return begun;
  }

  private void empty() {
    for (String name : folder.list()) {
      folder.delete(name);
    }
  }

  @Override
  public Storage storage() {
    return folder;
  }

  @Override
  public void publish() {
    folder.syncDirectory();
    disk.renameFolder(draft, target);
    closed = true;
    disk.syncDirectoryAt("");
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      empty();
      disk.deleteFolder(draft);
    }
  }
}

package org.anvildb.storage.sim;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.FileNames;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;

/**
 * Another directory of a {@link MemoryDisk}: it checks names, and the disk does the rest, so that
 * all directories are hit by one crash. Thread-safe as the disk is.
 */
final class MemoryFolder implements Storage {
  private final MemoryDisk disk;
  private final String folder;

  MemoryFolder(MemoryDisk disk, String folder) {
    this.disk = disk;
    this.folder = folder;
  }

  boolean isOf(MemoryDisk other) {
    return disk == other;
  }

  String path(String name) {
    return folder + MemoryDirectory.SEPARATOR + FileNames.check(name);
  }

  private String dataPath(String name) {
    return path(FileNames.checkData(name));
  }

  @Override
  public String location() {
    return disk.path(folder);
  }

  @Override
  public DirectoryLock lock(Duration timeout) {
    return disk.lockAt(path(FileNames.LOCK));
  }

  @Override
  public List<String> list() {
    return disk.listAt(folder);
  }

  @Override
  public boolean exists(String name) {
    return disk.existsAt(path(name));
  }

  @Override
  public long size(String name) {
    return disk.sizeAt(path(name));
  }

  @Override
  public AppendFile create(String name) {
    return disk.createAt(dataPath(name));
  }

  @Override
  public MappedFile createMapped(String name, long bytes) {
    return disk.createMappedAt(dataPath(name), bytes);
  }

  @Override
  public MappedFile mapWritable(String name) {
    return disk.mapWritableAt(dataPath(name));
  }

  @Override
  public MappedFile map(String name) {
    return disk.mapAt(dataPath(name));
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    return disk.readAt(dataPath(name), offset, length);
  }

  @Override
  public void rename(String from, String to) {
    disk.renameAt(dataPath(from), dataPath(to));
  }

  @Override
  public void delete(String name) {
    disk.deleteAt(dataPath(name));
  }

  /** The draft is of a directory of the disk, beside this one. */
  @Override
  public DirectoryDraft draft(Path target) {
    return MemoryDraft.begin(disk, FileNames.check(String.valueOf(target.getFileName())));
  }

  @Override
  public void syncDirectory() {
    disk.syncDirectoryAt(folder);
  }

  @Override
  public long freeBytes() {
    return disk.freeBytes();
  }

  /** Does nothing: the disk stays. */
  @Override
  public void close() {}
}

package org.anvildb.storage.sim;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.anvildb.api.StorageException;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.FileCopy;
import org.anvildb.storage.FileNames;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * A directory in memory that knows what of it is durable, and can crash into any disk that a real
 * one may leave.
 *
 * <p>Each call of it and of its files is an operation with an index, counted from 0, which an
 * {@link OperationHook} sees: so a test can crash at every point of a run. {@link
 * #crashedCopy(CrashPlan)} leaves this storage as it is, so one run can be crashed at many points.
 * It starts no thread and waits for nothing.
 *
 * <p>Thread-safe, as far as the arenas are: with {@code Arena::ofConfined} (much cheaper to close)
 * each mapping, and a storage with open mappings, must stay with one thread.
 *
 * <p>It differs from a real directory where memory can't be mapped twice: writable mappings of one
 * file share their memory until the last one is closed, and a file can't be mapped for writing
 * while it is mapped for reading (the other way round works). Files are below 1 GiB.
 */
public final class MemoryStorage implements Storage {
  private final MemoryDisk disk;

  /** Makes an empty directory whose mappings any thread can use. */
  public MemoryStorage() {
    this(Arena::ofShared);
  }

  /**
   * Makes an empty directory.
   *
   * @param arenas gives the memory of each mapping, and is closed with it
   */
  public MemoryStorage(Supplier<Arena> arenas) {
    this(new MemoryDisk("memory", arenas));
  }

  private MemoryStorage(MemoryDisk disk) {
    this.disk = disk;
  }

  /**
   * Sets who sees the operations.
   *
   * @param hook the hook, or null for none
   */
  public void setHook(@Nullable OperationHook hook) {
    disk.setHook(hook);
  }

  /**
   * Returns how many operations were begun, which is the index of the next one.
   *
   * @return the number
   */
  public long operations() {
    return disk.operations();
  }

  /**
   * Returns how many mappings are open, which tells whether their user has closed all of them.
   *
   * @return the number, of mappings for reading and for writing
   */
  public int openMappings() {
    return disk.openMappings();
  }

  /**
   * Limits the room on the disk.
   *
   * @param bytes how much all files together may take
   */
  public void setCapacityBytes(long bytes) {
    disk.setCapacityBytes(bytes);
  }

  /**
   * Lets one sync or force fail as Linux does: it throws, and the pages that it did not write count
   * as clean from then on. They can be read until the crash, the next sync succeeds without writing
   * them, and after the crash they are gone, unless they were written to again. Of a directory each
   * later sync fails, until the process ends.
   *
   * @param operationIndex the index of the operation; if it is no sync, nothing fails
   */
  public void failSyncAt(long operationIndex) {
    disk.failSyncAt(operationIndex);
  }

  /**
   * Returns the disk that a crash at this moment would leave. Its lock is free, it has no hook and
   * counts from 0. This storage is not changed.
   *
   * @param plan how the crash goes
   * @return a storage of its own
   */
  public MemoryStorage crashedCopy(CrashPlan plan) {
    return new MemoryStorage(disk.crashedCopy(plan));
  }

  /**
   * Crashes: from now on this storage and its files refuse everything, and its mappings are gone.
   *
   * @param plan how the crash goes
   * @return the disk that is left
   */
  public MemoryStorage crash(CrashPlan plan) {
    synchronized (disk) {
      MemoryStorage left = crashedCopy(plan);
      powerOff();
      return left;
    }
  }

  /**
   * Lets the process die that uses this storage: its lock is free and its mappings are gone, while
   * the system keeps all that was written, synced or not. What that process has still open must not
   * be used any more; another one may open the same storage.
   */
  public void endProcess() {
    disk.endProcess();
  }

  /**
   * Ends this storage and frees the memory of all mappings: for one that a test gives up with files
   * still open.
   */
  public void powerOff() {
    disk.powerOff();
  }

  @Override
  public String location() {
    return disk.location();
  }

  @Override
  public DirectoryLock lock(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout");
    return disk.lockAt(FileNames.LOCK);
  }

  @Override
  public List<String> list() {
    return disk.listAt("");
  }

  @Override
  public boolean exists(String name) {
    return disk.existsAt(FileNames.check(name));
  }

  @Override
  public long size(String name) {
    return disk.sizeAt(FileNames.check(name));
  }

  @Override
  public AppendFile create(String name) {
    return disk.createAt(FileNames.checkData(name));
  }

  @Override
  public MappedFile createMapped(String name, long bytes) {
    return disk.createMappedAt(FileNames.checkData(name), bytes);
  }

  @Override
  public MappedFile mapWritable(String name) {
    return disk.mapWritableAt(FileNames.checkData(name));
  }

  @Override
  public MappedFile map(String name) {
    return disk.mapAt(FileNames.checkData(name));
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    return disk.readAt(FileNames.checkData(name), offset, length);
  }

  @Override
  public void rename(String from, String to) {
    disk.renameAt(FileNames.checkData(from), FileNames.checkData(to));
  }

  @Override
  public void delete(String name) {
    disk.deleteAt(FileNames.checkData(name));
  }

  @Override
  public void link(String name, Storage target) {
    FileNames.checkData(name);
    if (target instanceof MemoryFolder folder && folder.isOf(disk)) {
      disk.linkAt(name, folder.path(name));
    } else {
      FileCopy.copy(this, name, target, name);
    }
  }

  /** The directory is one of this disk, whatever stands before the last name of the path. */
  @Override
  public DirectoryDraft draft(Path target) {
    return MemoryDraft.begin(disk, FileNames.check(String.valueOf(target.getFileName())));
  }

  @Override
  public void syncDirectory() {
    disk.syncDirectoryAt("");
  }

  /**
   * Returns another directory of this disk, such as a {@linkplain #draft draft} left: its
   * operations are operations of this storage.
   *
   * @param name its name; it exists
   * @return the directory; its own directories, if any, can't be reached
   */
  public Storage directory(String name) {
    if (!disk.hasFolder(FileNames.check(name))) {
      throw new StorageException(disk.path(name) + ": no such directory", null);
    }
    return new MemoryFolder(disk, name);
  }

  /**
   * Lists the other directories of this disk.
   *
   * @return their names, sorted
   */
  public List<String> directories() {
    return disk.directories();
  }

  @Override
  public long freeBytes() {
    return disk.freeBytes();
  }

  /** Does nothing: the disk stays, and can be opened again. */
  @Override
  public void close() {}
}

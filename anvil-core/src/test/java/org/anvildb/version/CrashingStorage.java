package org.anvildb.version;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.anvildb.api.StorageException;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;

/**
 * Files in memory that fail at a chosen operation and can then be cut down to what a crash may
 * leave: synced bytes, a part of the others (some of them garbage), synced names, any of the
 * others.
 */
final class CrashingStorage implements Storage {
  private final Map<String, Content> names = new TreeMap<>();
  private final Map<String, Content> syncedNames = new TreeMap<>();
  private final List<Change> unsynced = new ArrayList<>();
  private int failAt = Integer.MAX_VALUE;
  private int operations;

  /** Bytes of a file, of which the first are synced. */
  private static final class Content {
    private byte[] bytes = {};
    private int synced;
  }

  /** A change of the directory: what a name stands for from then on, and a name that is gone. */
  private record Change(String gone, String name, Content content) {}

  static CrashingStorage of(Map<String, byte[]> files) {
    CrashingStorage storage = new CrashingStorage();
    files.forEach(storage::put);
    return storage;
  }

  void put(String name, byte[] bytes) {
    Content content = new Content();
    content.bytes = bytes.clone();
    content.synced = bytes.length;
    names.put(name, content);
    syncedNames.put(name, content);
  }

  byte[] get(String name) {
    return existing(name).bytes.clone();
  }

  void remove(String name) {
    names.remove(name);
    syncedNames.remove(name);
  }

  int operations() {
    return operations;
  }

  /** Makes an operation, counted from 0, and all after it fail. */
  void failAt(int operation) {
    failAt = operation;
  }

  /** Returns what a crash leaves now. */
  CrashingStorage crash(Random random) {
    CrashingStorage after = new CrashingStorage();
    Map<String, Content> kept = new TreeMap<>(syncedNames);
    for (Change change : unsynced) {
      if (random.nextBoolean()) {
        kept.remove(change.gone);
        if (!change.name.isEmpty()) {
          kept.put(change.name, change.content);
        }
      }
    }
    kept.forEach((name, content) -> after.put(name, surviving(content, random)));
    return after;
  }

  private static byte[] surviving(Content content, Random random) {
    int unsynced = content.bytes.length - content.synced;
    byte[] bytes =
        Arrays.copyOf(
            content.bytes, content.synced + (unsynced > 0 ? random.nextInt(unsynced + 1) : 0));
    if (bytes.length > content.synced && random.nextInt(4) == 0) {
      int from = content.synced + random.nextInt(bytes.length - content.synced);
      Arrays.fill(bytes, from, bytes.length, (byte) random.nextInt());
    }
    return bytes;
  }

  private void step() {
    if (operations++ >= failAt) {
      throw new StorageException("failed on purpose", null);
    }
  }

  private Content existing(String name) {
    Content content = names.get(name);
    if (content == null) {
      throw new StorageException(name + " does not exist", null);
    }
    return content;
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public DirectoryLock lock(Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<String> list() {
    return List.copyOf(names.keySet());
  }

  @Override
  public boolean exists(String name) {
    return names.containsKey(name);
  }

  @Override
  public long size(String name) {
    return existing(name).bytes.length;
  }

  @Override
  public AppendFile create(String name) {
    step();
    if (names.containsKey(name)) {
      throw new StorageException(name + " exists", null);
    }
    Content content = new Content();
    names.put(name, content);
    unsynced.add(new Change("", name, content));
    return new Appender(name, content);
  }

  @Override
  public MappedFile createMapped(String name, long bytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedFile mapWritable(String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedFile map(String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    byte[] bytes = existing(name).bytes;
    int from = (int) Math.min(offset, bytes.length);
    return Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + length));
  }

  @Override
  public void rename(String from, String to) {
    step();
    Content content = existing(from);
    names.remove(from);
    names.put(to, content);
    unsynced.add(new Change(from, to, content));
  }

  @Override
  public void delete(String name) {
    step();
    unsynced.add(new Change(name, "", existing(name)));
    names.remove(name);
  }

  @Override
  public void syncDirectory() {
    step();
    syncedNames.clear();
    syncedNames.putAll(names);
    unsynced.clear();
  }

  @Override
  public long freeBytes() {
    return Long.MAX_VALUE;
  }

  @Override
  public void close() {}

  private final class Appender implements AppendFile {
    private final String name;
    private final Content content;

    Appender(String name, Content content) {
      this.name = name;
      this.content = content;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long length() {
      return content.bytes.length;
    }

    @Override
    public void append(byte[] source, int offset, int length) {
      step();
      int at = content.bytes.length;
      content.bytes = Arrays.copyOf(content.bytes, at + length);
      System.arraycopy(source, offset, content.bytes, at, length);
    }

    @Override
    public void sync() {
      step();
      content.synced = content.bytes.length;
    }

    @Override
    public void close() {
      step();
    }
  }
}

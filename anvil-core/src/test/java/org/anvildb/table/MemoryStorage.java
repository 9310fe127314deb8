package org.anvildb.table;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;

/** Files on the heap that tests can damage; mappings are copies outside of it. */
final class MemoryStorage implements Storage {
  private final TreeMap<String, byte[]> files = new TreeMap<>();
  int openMappings;

  /** Returns the bytes of a file, for damage. */
  byte[] bytes(String name) {
    return Objects.requireNonNull(files.get(name), name);
  }

  void put(String name, byte[] bytes) {
    files.put(name, bytes);
  }

  @Override
  public AppendFile create(String name) {
    return new Appender(name);
  }

  @Override
  public MappedFile map(String name) {
    openMappings++;
    return new Mapping(name, bytes(name));
  }

  @Override
  public boolean exists(String name) {
    return files.containsKey(name);
  }

  @Override
  public long size(String name) {
    return bytes(name).length;
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    byte[] all = bytes(name);
    return Arrays.copyOfRange(all, (int) offset, (int) Math.min(all.length, offset + length));
  }

  @Override
  public void delete(String name) {
    files.remove(name);
  }

  @Override
  public List<String> list() {
    return List.copyOf(files.keySet());
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
  public MappedFile createMapped(String name, long bytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedFile mapWritable(String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void rename(String from, String to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void syncDirectory() {}

  @Override
  public long freeBytes() {
    return Long.MAX_VALUE;
  }

  @Override
  public void close() {}

  private final class Appender implements AppendFile {
    private final String name;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Appender(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long length() {
      return bytes.size();
    }

    @Override
    public void append(byte[] source, int offset, int length) {
      bytes.write(source, offset, length);
    }

    @Override
    public void sync() {}

    @Override
    public void close() {
      files.put(name, bytes.toByteArray());
    }
  }

  private final class Mapping implements MappedFile {
    private final String name;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    Mapping(String name, byte[] bytes) {
      this.name = name;
      memory = arena.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes)).asReadOnly();
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public MemorySegment memory() {
      return memory;
    }

    @Override
    public void force(long offset, long length) {}

    @Override
    public void close() {
      if (arena.scope().isAlive()) {
        openMappings--;
        arena.close();
      }
    }
  }
}

package org.anvildb.storage.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.anvildb.api.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * A file of a {@link MemoryStorage}, apart from its name: its current bytes, and those on the
 * "disk". Guarded by the storage's lock.
 *
 * <p>Current bytes live in an array, or, while the file is mapped for writing, in a segment that
 * all its mappings share. The array below {@code length} never changes, so crashed copies and the
 * durable image share it, and a copy of a synced file costs nothing. What is unsynced is found by
 * comparison with the durable image, since writes to a mapping can't be seen.
 */
final class MemoryFile {
  static final int PAGE_BYTES = 4096;
  static final int MAX_BYTES = 1 << 30;

  private byte[] data;
  private int length;

  private byte[] durable;
  private int durableLength;

  /** Whether someone else may hold the durable array, too. */
  private boolean durableShared = true;

  private @Nullable Arena arena;
  private @Nullable MemorySegment memory;
  private int mappings;
  private int readCopies;

  /** The pages whose sync failed, as they were then: the system takes them for clean. */
  private @Nullable Map<Integer, byte[]> lost;

  /** Makes a file that is durable as it is. */
  MemoryFile(byte[] data, int length) {
    this.data = data;
    this.length = length;
    this.durable = data;
    this.durableLength = length;
  }

  /** Makes a file whose bytes are not durable yet. */
  static MemoryFile unsynced(int length) {
    MemoryFile file = new MemoryFile(new byte[length], length);
    file.durableLength = 0;
    return file;
  }

  int length() {
    return length;
  }

  void append(byte[] source, int offset, int count) {
    if (memory != null) {
      throw new IllegalStateException("the file is mapped for writing");
    }
    if (count > MAX_BYTES - length) {
      throw new StorageException("a file in memory can't grow beyond 1 GiB", null);
    }
    int end = length + count;
    if (end > data.length) {
      int doubled = Math.min(2 * data.length, MAX_BYTES);
      byte[] grown = new byte[Math.max(Math.max(end, doubled), 256)];
      System.arraycopy(data, 0, grown, 0, length);
      data = grown;
    }
    System.arraycopy(source, offset, data, length, count);
    length = end;
  }

  byte[] read(int offset, int count) {
    byte[] bytes = new byte[count];
    copyOut(offset, bytes, 0, count);
    return bytes;
  }

  private void copyOut(int offset, byte[] target, int at, int count) {
    if (memory != null) {
      MemorySegment.copy(memory, JAVA_BYTE, offset, target, at, count);
    } else {
      System.arraycopy(data, offset, target, at, count);
    }
  }

  /** Returns memory that all writable mappings share, of an arena that the last one closes. */
  MemorySegment mapWritable(Supplier<Arena> arenas) {
    if (readCopies > 0) {
      throw new IllegalStateException(
          "mapped for reading: such a mapping in memory would not see the writes; close it first");
    }
    MemorySegment shared = memory;
    if (shared == null) {
      Arena opened = arenas.get();
      shared = opened.allocate(length, 8);
      MemorySegment.copy(data, 0, shared, JAVA_BYTE, 0, length);
      arena = opened;
      memory = shared;
    }
    mappings++;
    return shared;
  }

  boolean isMappedWritable() {
    return memory != null;
  }

  /** Copies the bytes into memory of the reader's own arena, so that it dies with the mapping. */
  MemorySegment copyForReading(Arena own) {
    MemorySegment copy = own.allocate(length, 8);
    MemorySegment.copy(data, 0, copy, JAVA_BYTE, 0, length);
    readCopies++;
    return copy.asReadOnly();
  }

  void releaseCopy() {
    readCopies--;
  }

  /** Lets go of one mapping of the shared memory; the last one turns it into an array again. */
  void releaseMapping(boolean keepBytes) {
    Arena opened = arena;
    MemorySegment shared = memory;
    if (--mappings > 0 || opened == null || shared == null) {
      return;
    }
    if (keepBytes) {
      data = shared.toArray(JAVA_BYTE);
    }
    memory = null;
    arena = null;
    opened.close();
  }

  /** Makes a range durable, pages outward, but for pages that the system takes for clean. */
  void sync(int from, int count) {
    if (memory == null && lost == null && from == 0 && count == length) {
      durable = data;
      durableLength = length;
      durableShared = true;
      return;
    }
    if (durableShared || durable.length < length) {
      byte[] own = new byte[length];
      System.arraycopy(durable, 0, own, 0, durableLength);
      durable = own;
      durableShared = false;
    }
    for (int page = from / PAGE_BYTES; page * PAGE_BYTES < from + count; page++) {
      if (!isLost(page)) {
        int end = pageEnd(page);
        copyOut(page * PAGE_BYTES, durable, page * PAGE_BYTES, end - page * PAGE_BYTES);
        durableLength = Math.max(durableLength, end);
      }
    }
  }

  /**
   * Fails to make a range durable: its dirty pages now count as clean, and never reach the disk.
   */
  void failSync(int from, int count) {
    Map<Integer, byte[]> pages = lost == null ? new HashMap<>() : lost;
    for (int page = from / PAGE_BYTES; page * PAGE_BYTES < from + count; page++) {
      byte[] now = page(page);
      int start = page * PAGE_BYTES;
      int known = Math.clamp(durableLength - start, 0, now.length);
      boolean clean =
          known == now.length && Arrays.equals(now, 0, known, durable, start, start + known);
      if (!clean) {
        pages.put(page, now);
      }
    }
    lost = pages;
  }

  /** Tells whether a page is as it was when its sync failed; written since, it is dirty again. */
  private boolean isLost(int page) {
    byte[] then = lost == null ? null : lost.get(page);
    return then != null && Arrays.equals(then, page(page));
  }

  private byte[] page(int page) {
    return read(page * PAGE_BYTES, pageEnd(page) - page * PAGE_BYTES);
  }

  private int pageEnd(int page) {
    return Math.min(length, (page + 1) * PAGE_BYTES);
  }

  /** Returns the file that a crash leaves, on a disk of its own. */
  MemoryFile crashed(CrashMode mode, SplittableRandom random) {
    if (memory == null && durable == data && durableLength == length) {
      return new MemoryFile(data, length);
    }
    byte[] reachable = memory == null ? data : memory.toArray(JAVA_BYTE);
    int reachableLength = length;
    if (lost != null) {
      reachable = read(0, length);
      reachableLength = dropLost(reachable);
    }
    return new Wreckage(durable, durableLength, reachable, reachableLength, random).leave(mode);
  }

  /** Puts the durable bytes in place of the lost pages; returns how long the file can get. */
  private int dropLost(byte[] bytes) {
    int end = durableLength;
    for (int page = 0; page * PAGE_BYTES < length; page++) {
      if (isLost(page)) {
        int start = page * PAGE_BYTES;
        int known = Math.clamp(durableLength - start, 0, pageEnd(page) - start);
        if (known > 0) {
          System.arraycopy(durable, start, bytes, start, known);
        }
        Arrays.fill(bytes, start + known, pageEnd(page), (byte) 0);
      } else {
        end = Math.max(end, pageEnd(page));
      }
    }
    return end;
  }
}

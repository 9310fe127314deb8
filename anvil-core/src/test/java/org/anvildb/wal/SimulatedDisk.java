package org.anvildb.wal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.anvildb.api.StorageException;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * Mapped files in memory that remember what was forced, and can crash into a state that a real disk
 * could have: each unsynced sector of 512 bytes old, new or garbage, each unsynced change of the
 * directory kept or lost.
 */
final class SimulatedDisk implements Storage {
  private static final int SECTOR = 512;
  private static final int PAGE = 4096;

  /** Thrown by the operation at which the disk crashes, and by all later ones. */
  static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }

  private static final class Inode {
    byte[] live;
    byte[] durable;
    boolean isSizeDurable;

    Inode(int bytes) {
      live = new byte[bytes];
      durable = new byte[bytes];
    }
  }

  private interface Change {
    void apply(Map<String, Inode> names);
  }

  private final Map<String, Inode> names = new TreeMap<>();
  private final Map<String, Inode> durableNames = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<String> journal = new ArrayList<>();

  /** The number of the operation at which to crash, and the state that this left. */
  private int crashAt = Integer.MAX_VALUE;

  private int operations;
  private Random random = new Random(0);
  private @Nullable SimulatedDisk image;
  private @Nullable RuntimeException nextFailure;
  private @Nullable Runnable onForce;

  void crashAt(int operation, Random fate) {
    crashAt = operation;
    random = fate;
  }

  int operations() {
    return operations;
  }

  /** What was done, in order. */
  synchronized List<String> journal() {
    return List.copyOf(journal);
  }

  void failNext(RuntimeException failure) {
    nextFailure = failure;
  }

  void onForce(Runnable hook) {
    onForce = hook;
  }

  boolean hasCrashed() {
    return image != null;
  }

  /** Returns the disk as a crash leaves it: the one that happened, or one now. */
  synchronized SimulatedDisk afterCrash(Random fate) {
    return image != null ? image : crash(fate);
  }

  /** Returns the disk as the death of the process leaves it. */
  synchronized SimulatedDisk afterKill() {
    SimulatedDisk left = new SimulatedDisk();
    names.forEach((name, inode) -> left.put(name, inode.live.clone()));
    return left;
  }

  byte[] bytes(String name) {
    return inode(name).live;
  }

  void put(String name, byte[] bytes) {
    Inode inode = new Inode(bytes.length);
    inode.live = bytes;
    inode.durable = bytes.clone();
    inode.isSizeDurable = true;
    names.put(name, inode);
    durableNames.put(name, inode);
  }

  private SimulatedDisk crash(Random fate) {
    Map<String, Inode> left = new HashMap<>(durableNames);
    int keep = fate.nextInt(3);
    for (Change change : changes) {
      if (keep == 2 || (keep == 1 && fate.nextBoolean())) {
        change.apply(left);
      }
    }
    SimulatedDisk after = new SimulatedDisk();
    left.forEach((name, inode) -> after.put(name, survivor(inode, fate)));
    return after;
  }

  private static byte[] survivor(Inode inode, Random fate) {
    byte[] bytes = inode.durable.clone();
    int mode = fate.nextInt(5);
    int prefix = fate.nextInt(inode.live.length + 1);
    for (int at = 0; at < bytes.length; at += SECTOR) {
      int end = Math.min(bytes.length, at + SECTOR);
      if (Arrays.equals(inode.live, at, end, inode.durable, at, end)) {
        continue;
      }
      boolean isNew =
          switch (mode) {
            case 0 -> false;
            case 1 -> true;
            case 2 -> at < prefix;
            default -> fate.nextBoolean();
          };
      if (isNew) {
        System.arraycopy(inode.live, at, bytes, at, end - at);
      } else if (mode == 4 && fate.nextInt(4) == 0) {
        tearSector(inode, bytes, at, end, fate);
      }
    }
    if (!inode.isSizeDurable && fate.nextBoolean()) {
      return Arrays.copyOf(bytes, fate.nextInt(bytes.length + 1));
    }
    return bytes;
  }

  /** Writes garbage where the sector was being changed, or a part of the change. */
  private static void tearSector(Inode inode, byte[] bytes, int at, int end, Random fate) {
    int from = Arrays.mismatch(inode.live, at, end, inode.durable, at, end) + at;
    int to = from + fate.nextInt(end - from) + 1;
    for (int i = from; i < to; i++) {
      if (inode.live[i] != inode.durable[i]) {
        bytes[i] = (byte) fate.nextInt();
      }
    }
  }

  private synchronized void operation(String what) {
    if (image == null && ++operations >= crashAt) {
      image = crash(random);
    }
    if (image != null) {
      throw new Crash();
    }
    RuntimeException failure = nextFailure;
    if (failure != null) {
      nextFailure = null;
      throw failure;
    }
    journal.add(what);
  }

  private Inode inode(String name) {
    Inode inode = names.get(name);
    if (inode == null) {
      throw new StorageException(name + " does not exist", null);
    }
    return inode;
  }

  private synchronized void change(Change change) {
    change.apply(names);
    changes.add(change);
  }

  @Override
  public MappedFile createMapped(String name, long bytes) {
    operation("create " + name + " " + bytes);
    Inode inode = new Inode((int) bytes);
    change(dir -> dir.put(name, inode));
    return new Mapped(name, inode);
  }

  @Override
  public MappedFile mapWritable(String name) {
    operation("map " + name);
    return new Mapped(name, inode(name));
  }

  @Override
  public MappedFile map(String name) {
    operation("map " + name);
    return new Mapped(name, inode(name));
  }

  @Override
  public void rename(String from, String to) {
    operation("rename " + from + " " + to);
    inode(from);
    change(dir -> {
      Inode moved = dir.remove(from);
      if (moved != null) {
        dir.put(to, moved);
      }
    });
  }

  @Override
  public void delete(String name) {
    operation("delete " + name);
    inode(name);
    change(dir -> dir.remove(name));
  }

  @Override
  public void syncDirectory() {
    operation("syncDirectory");
    durableNames.clear();
    durableNames.putAll(names);
    changes.clear();
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
    return inode(name).live.length;
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
  public AppendFile create(String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long freeBytes() {
    return Long.MAX_VALUE;
  }

  @Override
  public void close() {}

  private final class Mapped implements MappedFile {
    private final String name;
    private final Inode inode;
    private boolean isClosed;

    Mapped(String name, Inode inode) {
      this.name = name;
      this.inode = inode;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public MemorySegment memory() {
      return MemorySegment.ofArray(inode.live);
    }

    @Override
    public void force(long offset, long length) {
      if (isClosed) {
        throw new IllegalStateException("Already closed");
      }
      Runnable hook = onForce;
      if (hook != null) {
        hook.run();
      }
      operation("force " + name + " " + offset + " " + (offset + length));
      synchronized (SimulatedDisk.this) {
        int from = (int) (offset / PAGE * PAGE);
        int to = (int) Math.min(inode.live.length, (offset + length + PAGE - 1) / PAGE * PAGE);
        System.arraycopy(inode.live, from, inode.durable, from, to - from);
        inode.isSizeDurable = true;
      }
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }
}

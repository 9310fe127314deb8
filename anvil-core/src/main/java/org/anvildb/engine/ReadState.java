package org.anvildb.engine;

import org.anvildb.cursor.FoundEntry;
import org.anvildb.memtable.Memtable;
import org.anvildb.version.Version;
import org.jspecify.annotations.Nullable;

/**
 * All that a read needs: the memtables and the open tables of one version. Immutable.
 *
 * <p>Point reads use it without counting: what they read may be closed under them, which shows as
 * an {@link IllegalStateException}, and they come back with the state of that time. Cursors retain
 * it.
 */
final class ReadState extends Counted {
  /** The limit of a view that sees everything. */
  static final long LATEST = Long.MAX_VALUE;

  private final MemtableSlot active;
  private final MemtableSlot[] frozen;
  private final KeyspaceView[] keyspaces;
  private final Version version;

  /**
   * Retains its parts.
   *
   * @param active the memtable that takes writes
   * @param frozen the memtables that wait to be flushed, newest first
   * @param keyspaces the keyspaces by id, ascending
   * @param version what they are the open tables of
   */
  ReadState(MemtableSlot active, MemtableSlot[] frozen, KeyspaceView[] keyspaces, Version version) {
    this.active = active;
    this.frozen = frozen;
    this.keyspaces = keyspaces;
    this.version = version;
    active.retain();
    for (MemtableSlot slot : frozen) {
      slot.retain();
    }
    for (KeyspaceView view : keyspaces) {
      view.retain();
    }
  }

  MemtableSlot active() {
    return active;
  }

  /** Returns the frozen memtables, newest first; not to be changed. */
  MemtableSlot[] frozen() {
    return frozen;
  }

  /** Returns the memtable that was begun when a frozen one was full. */
  MemtableSlot successor(MemtableSlot slot) {
    MemtableSlot newer = active;
    for (MemtableSlot older : frozen) {
      if (older == slot) {
        return newer;
      }
      newer = older;
    }
    throw new IllegalArgumentException(slot + " is not frozen");
  }

  /** Returns the keyspaces, ascending by id; not to be changed. */
  KeyspaceView[] keyspaces() {
    return keyspaces;
  }

  /** Returns the version whose tables these are; with the memtables it is all of the database. */
  Version version() {
    return version;
  }

  /** Returns the tables of a keyspace, or null if there is no such keyspace (any more). */
  @Nullable KeyspaceView keyspace(int id) {
    // Ids are given in order and rarely dropped, so the guess is nearly always right.
    if (id < keyspaces.length && keyspaces[id].keyspace() == id) {
      return keyspaces[id];
    }
    int low = 0;
    int high = keyspaces.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int found = keyspaces[middle].keyspace();
      if (found == id) {
        return keyspaces[middle];
      } else if (found < id) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /** Returns a copy of the newest value of a key; null if it has none. */
  byte @Nullable [] get(KeyspaceView view, byte[] key, int length, long hash) {
    // Asked for now, needed when the memtables have not got the key: both waits overlap.
    long candidates = view.candidates(hash);
    byte[] value = active.memtable().get(view.keyspace(), key, length, hash);
    for (int i = 0; value == null && i < frozen.length; i++) {
      value = frozen[i].memtable().get(view.keyspace(), key, length, hash);
    }
    if (value == null) {
      value = view.get(key, length, hash, candidates);
    }
    return value == FoundEntry.TOMBSTONE ? null : value;
  }

  /** Finds the newest version of a key, in the memtables and then in the tables. */
  boolean find(KeyspaceView view, byte[] key, int length, long hash, FoundEntry out) {
    int id = view.keyspace();
    Memtable newest = active.memtable();
    long limit = newest.limit();
    if (limit > 0 && newest.find(id, key, length, hash, limit, out)) {
      return true;
    }
    for (MemtableSlot slot : frozen) {
      Memtable memtable = slot.memtable();
      if (memtable.find(id, key, length, hash, memtable.limit(), out)) {
        return true;
      }
    }
    return view.find(key, length, hash, LATEST, out);
  }

  /** Finds the newest version of a key that a snapshot sees. */
  boolean find(
      SnapshotPoint point, KeyspaceView view, byte[] key, int length, long hash, FoundEntry out) {
    int id = view.keyspace();
    Memtable newest = active.memtable();
    long limit = point.limit(newest);
    if (limit > 0 && newest.find(id, key, length, hash, limit, out)) {
      return true;
    }
    for (MemtableSlot slot : frozen) {
      limit = point.limit(slot.memtable());
      if (limit > 0 && slot.memtable().find(id, key, length, hash, limit, out)) {
        return true;
      }
    }
    return view.find(key, length, hash, point.sequence(), out);
  }

  @Override
  void dispose() {
    active.release();
    for (MemtableSlot slot : frozen) {
      slot.release();
    }
    for (KeyspaceView view : keyspaces) {
      view.release();
    }
  }
}

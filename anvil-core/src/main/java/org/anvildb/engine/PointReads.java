package org.anvildb.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Limits;
import org.anvildb.api.StorageException;
import org.anvildb.bytes.KeyHash;
import org.anvildb.cursor.FoundEntry;
import org.jspecify.annotations.Nullable;

/**
 * Reads of single keys. They take no lock and count nothing: a read whose memory is closed under it
 * starts again with the state of that time. Thread-safe.
 */
final class PointReads {
  private final ReadStates states;
  private final HealthState health;
  private final long hashSeed;
  private final Set<Thread> inCallback = ConcurrentHashMap.newKeySet();

  PointReads(ReadStates states, HealthState health, long hashSeed) {
    this.states = states;
    this.health = health;
    this.hashSeed = hashSeed;
  }

  /** Returns a copy of a value, or null; of the moment of a snapshot if there is one. */
  byte @Nullable [] get(int keyspace, byte[] key, @Nullable SnapshotPoint point) {
    long hash = check(key);
    boolean interrupted = Thread.currentThread().isInterrupted();
    while (true) {
      ReadState state = states.current();
      try {
        if (point == null) {
          return state.get(view(state, keyspace), key, key.length, hash);
        }
        FoundEntry found = new FoundEntry();
        return find(state, keyspace, key, hash, point, found) ? found.copy() : null;
      } catch (IllegalStateException e) {
        retry(state, interrupted, e);
      } catch (InternalError e) {
        throw failed(e);
      }
    }
  }

  /** Copies a value into a caller's array; returns its length, or -1. */
  int get(int keyspace, byte[] key, byte[] target, int offset, @Nullable SnapshotPoint point) {
    Objects.requireNonNull(target, "target");
    Objects.checkFromToIndex(offset, target.length, target.length);
    long hash = check(key);
    FoundEntry found = new FoundEntry();
    boolean interrupted = Thread.currentThread().isInterrupted();
    while (true) {
      ReadState state = states.current();
      try {
        if (!find(state, keyspace, key, hash, point, found)) {
          return -1;
        }
        int length = found.valueLength();
        if (length <= target.length - offset) {
          MemorySegment.copy(
              found.memory(), ValueLayout.JAVA_BYTE, found.valueOffset(), target, offset, length);
        }
        return length;
      } catch (IllegalStateException e) {
        retry(state, interrupted, e);
      } catch (InternalError e) {
        throw failed(e);
      }
    }
  }

  boolean contains(int keyspace, byte[] key, @Nullable SnapshotPoint point) {
    long hash = check(key);
    FoundEntry found = new FoundEntry();
    boolean interrupted = Thread.currentThread().isInterrupted();
    while (true) {
      ReadState state = states.current();
      try {
        return find(state, keyspace, key, hash, point, found);
      } catch (IllegalStateException e) {
        retry(state, interrupted, e);
      } catch (InternalError e) {
        throw failed(e);
      }
    }
  }

  /** Hands a value to a function in place. The state is retained: the function runs once. */
  <R> @Nullable R read(
      int keyspace, byte[] key, Function<MemorySegment, R> reader, @Nullable SnapshotPoint point) {
    Objects.requireNonNull(reader, "reader");
    long hash = check(key);
    FoundEntry found = new FoundEntry();
    ReadState state = states.retained();
    try {
      if (!find(state, keyspace, key, hash, point, found)) {
        return null;
      }
      return call(
          reader, found.memory().asSlice(found.valueOffset(), found.valueLength()).asReadOnly());
    } catch (IllegalStateException e) {
      health.checkOpen();
      throw e;
    } catch (InternalError e) {
      throw failed(e);
    } finally {
      state.release();
    }
  }

  /** Tells whether the calling thread is in a function that it gave to {@link #read}. */
  boolean inCallback() {
    return inCallback.contains(Thread.currentThread());
  }

  private <R> R call(Function<MemorySegment, R> reader, MemorySegment value) {
    // In the block, so that an error of an earlier read that comes late leaves no mark.
    boolean outermost = !inCallback();
    try {
      if (outermost) {
        inCallback.add(Thread.currentThread());
      }
      return reader.apply(value);
    } finally {
      if (outermost) {
        unmark();
      }
    }
  }

  /**
   * Ends a callback. What it read may be a page that is gone, which the JVM tells late: in here,
   * and once. A mark that stayed would refuse each {@code close()} of this thread.
   */
  private void unmark() {
    try {
      inCallback.remove(Thread.currentThread());
    } catch (InternalError e) {
      inCallback.remove(Thread.currentThread());
      throw e;
    }
  }

  /** Turns an I/O error of a mapped page into an exception, and into the database's health. */
  StorageException failed(InternalError error) {
    health.fail("reading a mapped file", error);
    return new StorageException(
        "reading a mapped file failed: the disk reported an error, or the file was cut under the"
            + " database; check the disk, then close and reopen",
        error);
  }

  private static KeyspaceView view(ReadState state, int keyspace) {
    KeyspaceView view = state.keyspace(keyspace);
    if (view == null) {
      throw new ClosedException("the keyspace was dropped");
    }
    return view;
  }

  private boolean find(
      ReadState state,
      int keyspace,
      byte[] key,
      long hash,
      @Nullable SnapshotPoint point,
      FoundEntry found) {
    KeyspaceView view = view(state, keyspace);
    boolean hit =
        point == null
            ? state.find(view, key, key.length, hash, found)
            : state.find(point, view, key, key.length, hash, found);
    return hit && !found.tombstone();
  }

  private long check(byte[] key) {
    Objects.requireNonNull(key, "key");
    if (key.length > Limits.MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "key has " + key.length + " bytes, more than the limit of " + Limits.MAX_KEY_BYTES);
    }
    health.checkOpen();
    return KeyHash.hash(key, key.length, hashSeed);
  }

  /**
   * Lets a read start again whose memory was closed under it. The JVM has then marked the thread as
   * interrupted, which nobody did: the mark goes, unless it was there before.
   */
  private void retry(ReadState state, boolean wasInterrupted, IllegalStateException cause) {
    if (!wasInterrupted) {
      Thread.interrupted();
    }
    health.checkOpen();
    if (states.current() == state) {
      throw cause;
    }
  }
}

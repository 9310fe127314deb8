package org.anvildb.engine;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Cursor;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.api.Readable;
import org.anvildb.api.Snapshot;
import org.anvildb.version.KeyspaceVersion;
import org.jspecify.annotations.Nullable;

/**
 * A moment that is registered, so that what it sees is kept. It pins no files: each read uses the
 * read state of its own time and looks past what is newer. Thread-safe.
 */
final class OpenSnapshot implements Snapshot {
  private final Engine engine;
  private final SnapshotPoint point;
  private final Pin pin;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Readable defaults;

  OpenSnapshot(Engine engine, SnapshotPoint point) {
    this.engine = engine;
    this.point = point;
    this.defaults = new View(KeyspaceVersion.DEFAULT_ID);
    this.pin = engine.parts().pins().add(this, point);
  }

  @Override
  public Readable in(Keyspace keyspace) {
    Objects.requireNonNull(keyspace, "keyspace");
    return new View(engine.idOf(keyspace));
  }

  @Override
  public long sequence() {
    return point.sequence();
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return defaults.get(key);
  }

  @Override
  public int get(byte[] key, byte[] target, int offset) {
    return defaults.get(key, target, offset);
  }

  @Override
  public <R> @Nullable R read(byte[] key, Function<MemorySegment, R> reader) {
    return defaults.read(key, reader);
  }

  @Override
  public boolean contains(byte[] key) {
    return defaults.contains(key);
  }

  @Override
  public Cursor cursor(KeyRange range) {
    return defaults.cursor(range);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      engine.parts().pins().release(pin);
    }
  }

  /** Also keeps the snapshot reachable, and so its moment registered, until it is called. */
  private void check() {
    Reference.reachabilityFence(this);
    if (closed.get()) {
      throw new ClosedException("the snapshot was closed");
    }
  }

  /**
   * One keyspace at the moment of the snapshot.
   *
   * <p>What a read finds counts only if the snapshot is still open after it: until then the moment
   * was registered, so nothing that it sees was dropped. Another thread may close it meanwhile.
   */
  private final class View implements Readable {
    private final int keyspace;

    View(int keyspace) {
      this.keyspace = keyspace;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      check();
      byte[] value = engine.parts().reads().get(keyspace, key, point);
      check();
      return value;
    }

    @Override
    public int get(byte[] key, byte[] target, int offset) {
      check();
      int length = engine.parts().reads().get(keyspace, key, target, offset, point);
      check();
      return length;
    }

    @Override
    public <R> @Nullable R read(byte[] key, Function<MemorySegment, R> reader) {
      Objects.requireNonNull(reader, "reader");
      check();
      AtomicBoolean isFound = new AtomicBoolean();
      R result =
          engine
              .parts()
              .reads()
              .read(
                  keyspace,
                  key,
                  value -> {
                    check();
                    isFound.set(true);
                    return reader.apply(value);
                  },
                  point);
      if (!isFound.get()) {
        check();
      }
      Reference.reachabilityFence(OpenSnapshot.this);
      return result;
    }

    @Override
    public boolean contains(byte[] key) {
      check();
      boolean found = engine.parts().reads().contains(keyspace, key, point);
      check();
      return found;
    }

    @Override
    public Cursor cursor(KeyRange range) {
      check();
      Cursor cursor = engine.parts().cursors().open(keyspace, range, point, engine);
      boolean isKept = false;
      try {
        check();
        isKept = true;
        return cursor;
      } finally {
        if (!isKept) {
          cursor.close();
        }
      }
    }
  }
}

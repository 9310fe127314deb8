package org.anvildb.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Cursor;
import org.anvildb.cursor.InternalCursor;
import org.jspecify.annotations.Nullable;

/**
 * The cursor that users hold: it adds the places outside of the range, the check of its owner, and
 * exceptions that speak of the database. Belongs to the first thread that moves it.
 */
final class UserCursor implements Cursor {
  /** Where the cursor stands. */
  private enum Place {
    NEW,
    BEFORE,
    ENTRY,
    BEHIND
  }

  private final InternalCursor source;
  private final ReadState state;
  private final HealthState health;

  /** Held so that a database is not taken for dropped while one of its cursors is in use. */
  private final Engine engine;

  private final PointReads reads;
  private final AtomicInteger openCount;
  private final @Nullable GapSearch gapSearch;
  private Place place = Place.NEW;
  private boolean closed;
  private @Nullable Thread owner;

  UserCursor(
      InternalCursor source,
      ReadState state,
      Engine engine,
      PointReads reads,
      AtomicInteger openCount,
      @Nullable GapSearch gapSearch) {
    this.source = source;
    this.state = state;
    this.engine = engine;
    this.health = engine.parts().health();
    this.reads = reads;
    this.openCount = openCount;
    this.gapSearch = gapSearch;
  }

  @Override
  public boolean next() {
    checkUsable();
    if (place == Place.BEHIND) {
      return false;
    }
    try {
      return forward(place == Place.ENTRY ? source.next() : seekFirst());
    } catch (IllegalStateException | InternalError e) {
      throw translated(e);
    }
  }

  @Override
  public boolean previous() {
    checkUsable();
    if (place == Place.BEFORE) {
      return false;
    }
    try {
      return backward(place == Place.ENTRY ? source.previous() : source.seekLast());
    } catch (IllegalStateException | InternalError e) {
      throw translated(e);
    }
  }

  @Override
  public boolean seek(byte[] key) {
    Objects.requireNonNull(key, "key");
    checkUsable();
    try {
      return forward(source.seekCeiling(key, key.length));
    } catch (IllegalStateException | InternalError e) {
      throw translated(e);
    }
  }

  @Override
  public boolean seekFloor(byte[] key) {
    Objects.requireNonNull(key, "key");
    checkUsable();
    try {
      // The key that follows directly: what is less than it is equal to or less than the key.
      byte[] successor = Arrays.copyOf(key, key.length + 1);
      return backward(source.seekLower(successor, successor.length));
    } catch (IllegalStateException | InternalError e) {
      throw translated(e);
    }
  }

  @Override
  public boolean first() {
    checkUsable();
    try {
      return forward(seekFirst());
    } catch (IllegalStateException | InternalError e) {
      throw translated(e);
    }
  }

  @Override
  public boolean last() {
    checkUsable();
    try {
      return backward(source.seekLast());
    } catch (IllegalStateException | InternalError e) {
      throw translated(e);
    }
  }

  @Override
  public byte[] key() {
    checkEntry();
    return Arrays.copyOf(source.key(), source.keyLength());
  }

  @Override
  public byte[] value() {
    checkEntry();
    try {
      byte[] value = new byte[source.valueLength()];
      MemorySegment.copy(
          source.valueMemory(),
          ValueLayout.JAVA_BYTE,
          source.valueOffset(),
          value,
          0,
          value.length);
      return value;
    } catch (IllegalStateException | InternalError e) {
      throw translated(e);
    }
  }

  @Override
  public MemorySegment keySegment() {
    checkEntry();
    return MemorySegment.ofArray(source.key()).asSlice(0, source.keyLength()).asReadOnly();
  }

  @Override
  public MemorySegment valueSegment() {
    checkEntry();
    return source.valueMemory().asSlice(source.valueOffset(), source.valueLength()).asReadOnly();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      openCount.decrementAndGet();
      source.close();
      state.release();
    }
    Reference.reachabilityFence(engine);
  }

  private boolean seekFirst() {
    boolean found = source.seekFirst();
    if (gapSearch != null) {
      gapSearch.done(found);
    }
    return found;
  }

  private boolean forward(boolean found) {
    place = found ? Place.ENTRY : Place.BEHIND;
    return found;
  }

  private boolean backward(boolean found) {
    place = found ? Place.ENTRY : Place.BEFORE;
    return found;
  }

  private void checkEntry() {
    checkUsable();
    if (place != Place.ENTRY) {
      throw new NoSuchElementException(
          "the cursor stands on no entry: move it, and use it only where the move returns true");
    }
  }

  private void checkUsable() {
    Thread current = Thread.currentThread();
    if (owner != current) {
      if (owner != null) {
        throw new IllegalStateException(
            "a cursor belongs to one thread: "
                + owner.getName()
                + " moved it first, and "
                + current.getName()
                + " uses it now; open one cursor for each thread");
      }
      owner = current;
    }
    if (closed) {
      throw new ClosedException("the cursor was closed");
    }
    health.checkOpen();
  }

  private RuntimeException translated(Throwable cause) {
    if (cause instanceof InternalError error) {
      return reads.failed(error);
    }
    health.checkOpen();
    return (IllegalStateException) cause;
  }
}

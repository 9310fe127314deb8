package org.anvildb.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Cursor;
import org.anvildb.bytes.Bytes;
import org.anvildb.cursor.InternalCursor;
import org.jspecify.annotations.Nullable;

/**
 * The cursor that users hold: it adds the places outside of the range, the check of its owner, and
 * exceptions that speak of the database. Belongs to the first thread that moves it.
 */
final class UserCursor implements Cursor {
  // Where the cursor stands. Numbers: a reference would be stored through a barrier of the
  // collector at each move.
  private static final int NEW = 0;
  private static final int BEFORE = 1;
  private static final int ENTRY = 2;
  private static final int BEHIND = 3;

  private final InternalCursor source;

  /**
   * Where the current entry is read: the source, or, in a stretch, the cursor at the end below it.
   */
  private InternalCursor entry;

  /** How many of the next moves may be made at {@link #entry} alone. */
  private int stretch;

  private final HealthState health;

  /** Held so that a database is not taken for dropped while one of its cursors is in use. */
  private final Engine engine;

  private final PointReads reads;
  private final @Nullable GapSearch gapSearch;
  private int place = NEW;

  /** What it keeps; stays its own until it is closed. */
  private final Pin pin;

  private boolean closed;

  /** Who moves the cursor; nobody before the first move, and once it is closed. */
  private @Nullable Thread owner;

  UserCursor(
      InternalCursor source,
      ReadState state,
      Engine engine,
      PointReads reads,
      @Nullable GapSearch gapSearch) {
    this.source = source;
    this.entry = source;
    this.engine = engine;
    this.health = engine.parts().health();
    this.reads = reads;
    this.gapSearch = gapSearch;
    this.pin = engine.parts().pins().add(this, state);
  }

  @Override
  public boolean next() {
    checkUsable();
    if (stretch > 0) {
      stretch--;
      try {
        return fenced(entry.next());
      } catch (RuntimeException | InternalError e) {
        throw failedMove(e);
      }
    }
    return nextAfterStretch();
  }

  private boolean nextAfterStretch() {
    if (place == BEHIND) {
      return false;
    }
    try {
      return fenced(forward(place == ENTRY ? source.next() : seekFirst()));
    } catch (RuntimeException | InternalError e) {
      throw failedMove(e);
    }
  }

  @Override
  public boolean previous() {
    checkUsable();
    if (place == BEFORE) {
      return false;
    }
    try {
      return fenced(backward(place == ENTRY ? source.previous() : source.seekLast()));
    } catch (RuntimeException | InternalError e) {
      throw failedMove(e);
    }
  }

  @Override
  public boolean seek(byte[] key) {
    Objects.requireNonNull(key, "key");
    checkUsable();
    try {
      return fenced(forward(source.seekCeiling(key, key.length)));
    } catch (RuntimeException | InternalError e) {
      throw failedMove(e);
    }
  }

  @Override
  public boolean seekFloor(byte[] key) {
    Objects.requireNonNull(key, "key");
    checkUsable();
    try {
      // The key that follows directly: what is less than it is equal to or less than the key.
      byte[] successor = Arrays.copyOf(key, key.length + 1);
      return fenced(backward(source.seekLower(successor, successor.length)));
    } catch (RuntimeException | InternalError e) {
      throw failedMove(e);
    }
  }

  @Override
  public boolean first() {
    checkUsable();
    try {
      return fenced(forward(seekFirst()));
    } catch (RuntimeException | InternalError e) {
      throw failedMove(e);
    }
  }

  @Override
  public boolean last() {
    checkUsable();
    try {
      return fenced(backward(source.seekLast()));
    } catch (RuntimeException | InternalError e) {
      throw failedMove(e);
    }
  }

  @Override
  public byte[] key() {
    checkEntry();
    return Bytes.copyOf(entry.key(), entry.keyLength());
  }

  @Override
  public byte[] value() {
    checkEntry();
    try {
      byte[] value = new byte[entry.valueLength()];
      MemorySegment.copy(
          entry.valueMemory(), ValueLayout.JAVA_BYTE, entry.valueOffset(), value, 0, value.length);
      Reference.reachabilityFence(this);
      return value;
    } catch (IllegalStateException | InternalError e) {
      throw translated(e);
    }
  }

  @Override
  public MemorySegment keySegment() {
    checkEntry();
    return MemorySegment.ofArray(entry.key()).asSlice(0, entry.keyLength()).asReadOnly();
  }

  @Override
  public MemorySegment valueSegment() {
    checkEntry();
    return entry.valueMemory().asSlice(entry.valueOffset(), entry.valueLength()).asReadOnly();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      owner = null;
      source.close();
      engine.parts().pins().release(pin);
    }
    Reference.reachabilityFence(engine);
    Reference.reachabilityFence(this);
  }

  /**
   * Passes on how a move ended. Until then this cursor is reachable: else, in a user's last call,
   * it could be taken for dropped, and the memory that is being read be freed or used again.
   */
  private boolean fenced(boolean moved) {
    Reference.reachabilityFence(this);
    return moved;
  }

  private boolean seekFirst() {
    boolean found = source.seekFirst();
    if (gapSearch != null) {
      gapSearch.done(found);
    }
    return found;
  }

  private boolean forward(boolean found) {
    place = found ? ENTRY : BEHIND;
    stretch = found ? source.stretch(null, 0) : 0;
    readAt(stretch > 0 ? source.leaf() : source);
    return found;
  }

  private boolean backward(boolean found) {
    readAt(source);
    stretch = 0;
    place = found ? ENTRY : BEFORE;
    return found;
  }

  /** Stores only a change: storing a reference costs a barrier of the collector. */
  private void readAt(InternalCursor cursor) {
    if (entry != cursor) {
      entry = cursor;
    }
  }

  private void checkEntry() {
    if (owner != Thread.currentThread() || place != ENTRY) {
      checkUsable();
      if (place != ENTRY) {
        throw new NoSuchElementException(
            "the cursor stands on no entry: move it, and use it only where the move returns true");
      }
    }
    health.checkOpen();
  }

  private void checkUsable() {
    if (owner != Thread.currentThread()) {
      own();
    }
    health.checkOpen();
  }

  /** Takes the cursor for the current thread, or tells why it can't have it. */
  private void own() {
    if (closed) {
      throw new ClosedException("the cursor was closed");
    }
    Thread current = Thread.currentThread();
    Thread other = owner;
    if (other != null) {
      throw new IllegalStateException(
          "a cursor belongs to one thread: "
              + other.getName()
              + " moved it first, and "
              + current.getName()
              + " uses it now; open one cursor for each thread");
    }
    owner = current;
  }

  /** Stands on no entry, as a new cursor; else a next move would go on from anywhere. */
  private RuntimeException failedMove(Throwable cause) {
    place = NEW;
    entry = source;
    stretch = 0;
    return translated(cause);
  }

  private RuntimeException translated(Throwable cause) {
    if (cause instanceof InternalError error) {
      return reads.failed(error);
    }
    if (cause instanceof IllegalStateException) {
      health.checkOpen();
    }
    return (RuntimeException) cause;
  }
}

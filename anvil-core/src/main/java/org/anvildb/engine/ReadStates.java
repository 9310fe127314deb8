package org.anvildb.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anvildb.version.Version;
import org.jspecify.annotations.Nullable;

/**
 * The current read state, and the three ways in which it changes: a new memtable takes the writes,
 * a flushed one leaves, tables come and go.
 *
 * <p>Readers load {@link #current()} without a lock. Changes are made one at a time under this
 * object's monitor; the new state is in place before the old one is let go, so a reader that finds
 * its memory closed always finds another state.
 */
final class ReadStates {
  private final OpenTables tables;
  private volatile ReadState current;
  private volatile Runnable onReplaced = () -> {};

  @GuardedBy("this")
  private boolean closed;

  ReadStates(OpenTables tables, ReadState first) {
    this.tables = tables;
    this.current = first;
  }

  /** Sets what is told, under this object's monitor, that the state was replaced. */
  void onReplaced(Runnable listener) {
    onReplaced = listener;
  }

  ReadState current() {
    return current;
  }

  /** Returns the current state, retained for the caller, who must release it. */
  ReadState retained() {
    while (true) {
      ReadState state = current;
      if (state.tryRetain()) {
        return state;
      }
    }
  }

  /** Returns a time before which nothing was written that is in no table yet. */
  long oldestBeginNanos() {
    ReadState state = current;
    MemtableSlot[] frozen = state.frozen();
    return (frozen.length == 0 ? state.active() : frozen[frozen.length - 1]).beginNanos();
  }

  /** Puts a new memtable in place; the old one is the newest of the frozen ones from now on. */
  synchronized void rotate(MemtableSlot next) {
    ReadState old = current;
    MemtableSlot[] frozen = new MemtableSlot[old.frozen().length + 1];
    frozen[0] = old.active();
    System.arraycopy(old.frozen(), 0, frozen, 1, old.frozen().length);
    swap(new ReadState(next, frozen, old.keyspaces(), old.version()));
  }

  /**
   * Puts the tables of a version in place.
   *
   * @param flushed the oldest frozen memtable, if its entries are in the version's tables now
   */
  synchronized void update(Version version, @Nullable MemtableSlot flushed) {
    ReadState old = current;
    MemtableSlot[] frozen = old.frozen();
    if (flushed != null) {
      if (frozen.length == 0 || frozen[frozen.length - 1] != flushed) {
        throw new IllegalStateException("only the oldest frozen memtable can be flushed");
      }
      frozen = Arrays.copyOf(frozen, frozen.length - 1);
    }
    List<KeyspaceView> fresh = new ArrayList<>();
    KeyspaceView[] views = views(version, old, tables, fresh);
    swap(new ReadState(old.active(), frozen, views, version));
    fresh.forEach(Counted::release);
  }

  /** Stops the changes, so that what the state holds can be closed. */
  synchronized void close() {
    closed = true;
  }

  /** Builds the views of a version, keeping those whose levels are the same as before. */
  static KeyspaceView[] views(
      Version version, @Nullable ReadState old, OpenTables tables, List<KeyspaceView> fresh) {
    return version.keyspaces().stream()
        .map(keyspace -> {
          KeyspaceView before = old == null ? null : old.keyspace(keyspace.id());
          if (before != null && before.levels() == keyspace.levels()) {
            return before;
          }
          var view =
              new KeyspaceView(
                  keyspace.id(), keyspace.levels(), tables::retained, tables.filters());
          fresh.add(view);
          return view;
        })
        .toArray(KeyspaceView[]::new);
  }

  @GuardedBy("this")
  private void swap(ReadState next) {
    ReadState old = current;
    current = next;
    if (!closed) {
      old.release();
      onReplaced.run();
    }
  }
}

package org.anvildb.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Cursor;
import org.anvildb.api.KeyRange;
import org.anvildb.cursor.BoundedCursor;
import org.anvildb.cursor.ConcatCursor;
import org.anvildb.cursor.EmptyCursor;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.cursor.MergingCursor;
import org.anvildb.cursor.VisibleCursor;
import org.anvildb.memtable.Memtable;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.jspecify.annotations.Nullable;

/**
 * Builds the stack of cursors of a range: one source for each memtable, table of level 0 and deeper
 * level that the range touches; merged, bounded, reduced to what is visible. Thread-safe.
 */
final class CursorFactory {
  private final ReadStates states;
  private final HealthState health;
  private final PointReads reads;
  private final AtomicInteger open = new AtomicInteger();

  CursorFactory(ReadStates states, HealthState health, PointReads reads) {
    this.states = states;
    this.health = health;
    this.reads = reads;
  }

  /** Returns how many cursors are open. */
  int openCount() {
    return open.get();
  }

  /** Opens a cursor of this moment, or of a snapshot's; it holds its database. */
  Cursor open(int keyspace, KeyRange range, @Nullable SnapshotPoint point, Engine engine) {
    Objects.requireNonNull(range, "range");
    health.checkOpen();
    ReadState state = states.retained();
    try {
      KeyspaceView view = state.keyspace(keyspace);
      if (view == null) {
        throw new ClosedException("the keyspace was dropped");
      }
      InternalCursor visible =
          range.isEmpty() ? EmptyCursor.INSTANCE : stack(state, view, range, point);
      Cursor cursor = new UserCursor(visible, state, engine, reads, open);
      open.incrementAndGet();
      return cursor;
    } catch (RuntimeException e) {
      state.release();
      health.checkOpen();
      throw e;
    }
  }

  private static InternalCursor stack(
      ReadState state, KeyspaceView view, KeyRange range, @Nullable SnapshotPoint point) {
    byte[] from = range.from();
    byte[] to = range.to();
    List<InternalCursor> sources = new ArrayList<>();
    addMemtable(sources, state.active().memtable(), view.keyspace(), point);
    for (MemtableSlot slot : state.frozen()) {
      addMemtable(sources, slot.memtable(), view.keyspace(), point);
    }
    for (Table table : view.newestFirst()) {
      if (touches(table.meta(), from, to)) {
        sources.add(table.cursor());
      }
    }
    for (Table[] level : view.lower()) {
      addLevel(sources, level, from, to);
    }
    InternalCursor bounded =
        BoundedCursor.of(MergingCursor.of(sources), from.length == 0 ? null : from, to);
    return new VisibleCursor(bounded, point == null ? ReadState.LATEST : point.sequence());
  }

  private static void addMemtable(
      List<InternalCursor> sources,
      Memtable memtable,
      int keyspace,
      @Nullable SnapshotPoint point) {
    long limit = point == null ? memtable.limit() : point.limit(memtable);
    if (limit > 0) {
      sources.add(memtable.cursor(keyspace, limit));
    }
  }

  private static void addLevel(
      List<InternalCursor> sources, Table[] level, byte[] from, byte @Nullable [] to) {
    int first = 0;
    while (first < level.length
        && Arrays.compareUnsigned(level[first].meta().largest(), from) < 0) {
      first++;
    }
    int end = first;
    while (end < level.length && touches(level[end].meta(), from, to)) {
      end++;
    }
    if (end == first + 1) {
      sources.add(level[first].cursor());
    } else if (end > first) {
      sources.add(new ConcatCursor(new LevelParts(level, first, end)));
    }
  }

  private static boolean touches(TableMeta meta, byte[] from, byte @Nullable [] to) {
    return Arrays.compareUnsigned(meta.largest(), from) >= 0
        && (to == null || Arrays.compareUnsigned(meta.smallest(), to) < 0);
  }

  /** The tables of a level from one index to another, as parts of a longer cursor. */
  private record LevelParts(Table[] level, int first, int end) implements ConcatCursor.Parts {
    @Override
    public int count() {
      return end - first;
    }

    @Override
    public byte[] smallest(int part) {
      return level[first + part].meta().smallest();
    }

    @Override
    public byte[] largest(int part) {
      return level[first + part].meta().largest();
    }

    @Override
    public InternalCursor open(int part) {
      return level[first + part].cursor();
    }

    @Override
    public boolean distinctKeys() {
      for (int i = first; i < end; i++) {
        if (level[i].meta().maxSequence() != 0) {
          return false;
        }
      }
      return true;
    }
  }
}

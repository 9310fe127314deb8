package org.anvildb.engine;

import java.util.Arrays;
import java.util.Objects;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Cursor;
import org.anvildb.api.KeyRange;
import org.anvildb.cursor.BoundedCursor;
import org.anvildb.cursor.ConcatCursor;
import org.anvildb.cursor.EmptyCursor;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.cursor.MergingCursor;
import org.anvildb.cursor.VisibleCursor;
import org.anvildb.memtable.Gap;
import org.anvildb.memtable.Gaps;
import org.anvildb.memtable.Memtable;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.jspecify.annotations.Nullable;

/**
 * Builds the stack of cursors of a range: one source for each memtable, run of level 0 and deeper
 * level that the range touches; merged, bounded, reduced to what is visible. Thread-safe.
 */
final class CursorFactory {
  private final ReadStates states;
  private final HealthState health;
  private final PointReads reads;
  private final Gaps gaps;

  CursorFactory(ReadStates states, HealthState health, PointReads reads, Gaps gaps) {
    this.states = states;
    this.health = health;
    this.reads = reads;
    this.gaps = gaps;
  }

  /** Opens a cursor of this moment, or of a snapshot's; it holds its database. */
  Cursor open(int keyspace, KeyRange range, @Nullable SnapshotPoint point, Engine engine) {
    Objects.requireNonNull(range, "range");
    health.checkOpen();
    byte[] start = range.from();
    // The order matters: first the gap and its reach, then the view, then where the gap ends.
    Gap gap = point == null ? gaps.covering(keyspace, start) : null;
    byte[] reach = gap == null ? null : gap.reach();
    ReadState state = states.retained();
    try {
      KeyspaceView view = state.keyspace(keyspace);
      if (view == null) {
        throw new ClosedException("the keyspace was dropped");
      }
      Memtable active = state.active().memtable();
      long limit = point == null ? active.limit() : point.limit(active);
      byte[] from = gap == null ? start : later(start, gap.end(reach));
      byte[] to = range.to();
      Cursor cursor;
      if (from == null || to != null && Arrays.compareUnsigned(from, to) >= 0) {
        cursor = new UserCursor(EmptyCursor.INSTANCE, state, engine, reads, null);
      } else {
        InternalCursor sources = sources(state, view, limit, point, from, to);
        var visible =
            new VisibleCursor(
                BoundedCursor.of(sources, from.length == 0 ? null : from, to),
                point == null ? ReadState.LATEST : point.sequence());
        var search = point == null ? new GapSearch(gaps, keyspace, start, to, gap, visible) : null;
        cursor = new UserCursor(visible, state, engine, reads, search);
      }
      return cursor;
    } catch (InternalError e) {
      // It may come late, when the cursor has taken over the state: kept until the closing rather
      // than let go twice.
      throw reads.failed(e);
    } catch (RuntimeException | Error e) {
      state.release();
      health.checkOpen();
      throw e;
    }
  }

  /** Returns the greater of two keys, where null is above all. */
  private static byte @Nullable [] later(byte[] a, byte @Nullable [] b) {
    return b == null || Arrays.compareUnsigned(a, b) < 0 ? b : a;
  }

  private static InternalCursor sources(
      ReadState state,
      KeyspaceView view,
      long activeLimit,
      @Nullable SnapshotPoint point,
      byte[] from,
      byte @Nullable [] to) {
    MemtableSlot[] frozen = state.frozen();
    var sources = new InternalCursor[1 + frozen.length + view.runs().length];
    int count = 0;
    Memtable active = state.active().memtable();
    if (mayHold(active, view.keyspace(), activeLimit, from)) {
      sources[count++] = active.cursor(view.keyspace(), activeLimit);
    }
    for (MemtableSlot slot : frozen) {
      Memtable memtable = slot.memtable();
      long limit = point == null ? memtable.limit() : point.limit(memtable);
      if (mayHold(memtable, view.keyspace(), limit, from)) {
        sources[count++] = memtable.cursor(view.keyspace(), limit);
      }
    }
    for (SortedRun run : view.runs()) {
      InternalCursor cursor = cursor(run, from, to);
      if (cursor != null) {
        sources[count++] = cursor;
      }
    }
    return MergingCursor.of(sources, count);
  }

  /** Tells whether a memtable may hold visible keys from one on. */
  private static boolean mayHold(Memtable memtable, int keyspace, long limit, byte[] from) {
    return limit > 0 && memtable.reaches(keyspace, from);
  }

  /** Returns a cursor over the tables of a run that a range touches, or null if it touches none. */
  private static @Nullable InternalCursor cursor(SortedRun run, byte[] from, byte @Nullable [] to) {
    Table[] tables = run.tables();
    int first = run.firstNotBelow(from, from.length);
    int end = first;
    while (end < tables.length && startsBefore(tables[end].meta(), to)) {
      end++;
    }
    if (end == first) {
      return null;
    }
    return end == first + 1
        ? tables[first].cursor()
        : new ConcatCursor(new RunParts(run, first, end));
  }

  private static boolean startsBefore(TableMeta meta, byte @Nullable [] key) {
    return key == null || Arrays.compareUnsigned(meta.smallest(), key) < 0;
  }

  /** The tables of a run from one index to another, as parts of a longer cursor. */
  private record RunParts(SortedRun run, int first, int end) implements ConcatCursor.Parts {
    @Override
    public int count() {
      return end - first;
    }

    @Override
    public byte[] smallest(int part) {
      return run.tables()[first + part].meta().smallest();
    }

    @Override
    public byte[] largest(int part) {
      return run.tables()[first + part].meta().largest();
    }

    @Override
    public int firstEndingAtOrAfter(byte[] key, int length) {
      return Math.clamp(run.firstNotBelow(key, length), first, end) - first;
    }

    @Override
    public InternalCursor open(int part) {
      return run.tables()[first + part].cursor();
    }

    @Override
    public boolean distinctKeys() {
      return run.distinctKeys();
    }
  }
}

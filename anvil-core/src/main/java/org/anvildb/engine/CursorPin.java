package org.anvildb.engine;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.anvildb.table.TableMeta;
import org.jspecify.annotations.Nullable;

/** The read state that an open cursor pins, once it is no longer the current one. */
final class CursorPin extends Pin {
  private final ReadState state;
  private final ReadStates states;
  private final AtomicInteger open;

  /**
   * Takes over one count of a read state.
   *
   * @param open how many cursors are open
   */
  CursorPin(
      UserCursor owner,
      StackWalker.@Nullable StackFrame site,
      ReadState state,
      ReadStates states,
      AtomicInteger open) {
    super(owner, site);
    this.state = state;
    this.states = states;
    this.open = open;
  }

  @Override
  void free() {
    open.decrementAndGet();
    state.release();
  }

  @Override
  boolean isHolding() {
    return state != states.current();
  }

  @Override
  String kind() {
    return "cursor";
  }

  @Override
  String held() {
    ReadState current = states.current();
    long bytes = 0;
    Set<Long> needed = new HashSet<>();
    for (TableMeta table : current.version().tables()) {
      needed.add(table.number());
    }
    for (TableMeta table : state.version().tables()) {
      bytes += needed.contains(table.number()) ? 0 : table.fileBytes();
    }
    Set<MemtableSlot> slots = new HashSet<>(Set.of(current.frozen()));
    slots.add(current.active());
    bytes += slots.contains(state.active()) ? 0 : state.active().memtable().limit();
    for (MemtableSlot slot : state.frozen()) {
      bytes += slots.contains(slot) ? 0 : slot.memtable().limit();
    }
    return "it keeps " + bytes + " bytes of tables and memtables that would be freed";
  }
}

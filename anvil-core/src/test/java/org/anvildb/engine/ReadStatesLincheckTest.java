package org.anvildb.engine;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.UUID;
import org.anvildb.memtable.Memtable;
import org.anvildb.version.Version;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Holds that the read state is handed over without a gap: a reader, who takes no lock, always sees
 * a state in which each batch is in a memtable or in the tables and never in neither, and one that
 * retained it finds all of it alive, however memtables are frozen and flushed beside it.
 *
 * <p>Memtable n stands for batch n, and a version for the tables that hold all batches up to its
 * last.
 */
@Tag("lincheck")
public class ReadStatesLincheckTest {
  private static final long MINUTES = Long.getLong("long", 0);
  private static final int INVOCATIONS = 300;
  private static final UUID DATABASE = new UUID(1, 2);
  private static final int MAX_SLOTS = 16;

  private final Object committer = new Object();
  private final Object flusher = new Object();
  private final boolean[] isDisposed = new boolean[MAX_SLOTS];
  private final ReadStates states;
  private int newest = 1;

  /** Begins with one memtable and no tables. */
  public ReadStatesLincheckTest() {
    MemtableSlot slot = slot(1);
    states = new ReadStates(null, new ReadState(slot, new MemtableSlot[0], views(), tables(0)));
    slot.release();
  }

  private static KeyspaceView[] views() {
    return new KeyspaceView[0];
  }

  private static Version tables(long last) {
    return new Version(DATABASE, 0, List.of(), 1, 1, 0, last);
  }

  private MemtableSlot slot(int number) {
    var memtable = new Memtable(MemorySegment.ofArray(new byte[64]), number, 0);
    return new MemtableSlot(memtable, 64, 0, () -> {}, () -> isDisposed[number] = true);
  }

  /** A new memtable takes the writes; returns its number. */
  @Operation
  public int rotate() {
    synchronized (committer) {
      newest++;
      MemtableSlot slot = slot(newest);
      states.rotate(slot);
      slot.release();
      return newest;
    }
  }

  /** The oldest frozen memtable is in tables from now on; returns its number, or 0. */
  @Operation
  public int flush() {
    synchronized (flusher) {
      MemtableSlot[] frozen = states.current().frozen();
      if (frozen.length == 0) {
        return 0;
      }
      MemtableSlot oldest = frozen[frozen.length - 1];
      states.update(tables(oldest.memtable().segmentNumber()), oldest);
      return (int) oldest.memtable().segmentNumber();
    }
  }

  /** Reads as a get does; returns the newest memtable and the last that was flushed. */
  @Operation
  public String read() {
    return look(states.current(), false);
  }

  /** Reads as a cursor does. */
  @Operation
  public String readRetained() {
    ReadState state = states.retained();
    try {
      return look(state, true);
    } finally {
      state.release();
    }
  }

  private String look(ReadState state, boolean isRetained) {
    long expected = state.active().memtable().segmentNumber();
    String seen = expected + " " + state.version().lastSequence();
    checkAlive(state.active(), isRetained);
    for (MemtableSlot slot : state.frozen()) {
      checkAlive(slot, isRetained);
      if (slot.memtable().segmentNumber() != --expected) {
        throw new IllegalStateException("a memtable is missing or twice");
      }
    }
    if (state.version().lastSequence() != expected - 1) {
      throw new IllegalStateException("a batch is neither in a memtable nor in the tables");
    }
    return seen;
  }

  private void checkAlive(MemtableSlot slot, boolean isRetained) {
    if (isRetained && isDisposed[(int) slot.memtable().segmentNumber()]) {
      throw new IllegalStateException("a memtable is gone that a retained state shows");
    }
  }

  /** When all is over those are gone that were flushed, and no others. */
  @Validate
  public void nothingLeaks() {
    long flushed = states.current().version().lastSequence();
    for (int number = 1; number <= newest; number++) {
      if (isDisposed[number] != number <= flushed) {
        throw new IllegalStateException("memtable " + number + " of " + newest + ", " + flushed);
      }
    }
  }

  /** The hand-over as two numbers. */
  public static final class Specification {
    private int newest = 1;
    private int flushed;

    /** As there. */
    public int rotate() {
      return ++newest;
    }

    /** As there. */
    public int flush() {
      return flushed + 1 < newest ? ++flushed : 0;
    }

    /** As there. */
    public String read() {
      return newest + " " + flushed;
    }

    /** As there. */
    public String readRetained() {
      return read();
    }
  }

  @Test
  void isLinearizable() {
    int drawn = (int) (4 + 50 * MINUTES);
    new ModelCheckingOptions()
        .iterations(drawn)
        .invocationsPerIteration(INVOCATIONS)
        .threads(3)
        .actorsBefore(1)
        .actorsPerThread(2)
        .actorsAfter(1)
        .sequentialSpecification(Specification.class)
        .check(ReadStatesLincheckTest.class);
    System.out.printf(
        "lincheck read states: %,d scenarios, at most %,d interleavings each, 0 violations%n",
        drawn, INVOCATIONS);
  }
}

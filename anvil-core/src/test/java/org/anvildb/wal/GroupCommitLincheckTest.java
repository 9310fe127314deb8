package org.anvildb.wal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.schedule.ThreadScheduler;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Holds that group commit lets a writer go only when its batch and all before it are forced, that
 * no writer sleeps for ever, whoever leads, follows or gathers, and that who is told is told once.
 *
 * <p>The lane's thread is an operation here: it takes what work there is. The model checker knows
 * no time, so whoever gathers a group finds its time over at once; {@link GroupCommitThreadsTest}
 * has real time, and virtual threads.
 */
@Tag("lincheck")
public class GroupCommitLincheckTest {
  private static final long MINUTES = Long.getLong("long", 0);
  private static final int INVOCATIONS = 300;
  private static final int SEGMENT_BYTES = 5 << 10;
  private static final int MAX_BATCHES = 16;

  /** A real gate, but that time is always up: the model checker knows no time. */
  private record TimelessGate(Gate gate) implements Gate {
    @Override
    public void await(BooleanSupplier condition) {
      gate.await(condition);
    }

    @Override
    public boolean await(BooleanSupplier condition, long timeoutNanos) {
      return condition.getAsBoolean();
    }

    @Override
    public void open() {
      gate.open();
    }
  }

  /** Work waits for who runs it. */
  private static final class Lanes implements Scheduler {
    private static final ThreadScheduler GATES = new ThreadScheduler("gates", 1);

    private final Queue<Runnable> work = new ArrayDeque<>();

    @Override
    public synchronized void submit(Lane lane, Runnable each) {
      work.add(each);
    }

    synchronized Runnable take() {
      return work.poll();
    }

    @Override
    public void submitLater(Lane lane, long delayNanos, Runnable each) {
      submit(lane, each);
    }

    @Override
    public Gate newGate() {
      return new TimelessGate(GATES.newGate());
    }

    @Override
    public void pause(long nanos) {}

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public void close() {}
  }

  private final SimulatedDisk disk = new SimulatedDisk();
  private final Lanes lanes = new Lanes();
  private final GroupCommit log = new GroupCommit(lanes, this::failed);
  private final BatchEncoder batch = new BatchEncoder();
  private final List<Place> full = new ArrayList<>();
  private final int[] told = new int[MAX_BATCHES];
  private WalSegment segment;
  private long segments;
  private int batches;
  private int asked;
  private int failures;

  private record Place(WalSegment segment, long end) {}

  /** Begins a log. */
  public GroupCommitLincheckTest() {
    segment = next();
    segment.beginChain(1);
    log.add(segment);
    disk.onForce(this::nothingIsMarkedEarly);
  }

  /** Counts a failure if the segment in use counts as synced further than it was forced. */
  private void nothingIsMarkedEarly() {
    if (!reaches(disk.journal(), new Place(segment, segment.syncedUpTo()))) {
      failures++;
    }
  }

  private void failed(Throwable failure) {
    failures++;
  }

  private WalSegment next() {
    long number = ++segments;
    String name = SegmentFormat.name(number);
    return new WalSegment(disk.createMapped(name, SEGMENT_BYTES), number, 42);
  }

  private synchronized Place append() {
    batch.clear();
    batch.put(0, new byte[8], new byte[8]);
    segment.append(batch, ++batches);
    return new Place(segment, segment.position());
  }

  /** Tells whether a place, and all before it, was forced: asks the disk, not the segment. */
  private boolean isForced(Place place) {
    List<String> journal = disk.journal();
    boolean isForced = reaches(journal, place);
    synchronized (full) {
      for (Place before : full) {
        isForced &=
            before.segment().number() >= place.segment().number() || reaches(journal, before);
      }
    }
    return isForced && place.segment().syncedUpTo() >= place.end();
  }

  private static boolean reaches(List<String> journal, Place place) {
    String force = "force " + SegmentFormat.name(place.segment().number()) + " ";
    for (String line : journal) {
      if (line.startsWith(force)
          && Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)) >= place.end()) {
        return true;
      }
    }
    return place.end() <= SegmentFormat.HEADER_BYTES;
  }

  /** Writes and waits; tells whether what it wrote is on disk. */
  @Operation
  public boolean write() {
    Place place = append();
    log.await(place.segment(), place.end());
    return isForced(place);
  }

  /** Writes, to be told. */
  @Operation
  public void writeAsync() {
    Place place = append();
    int number;
    synchronized (told) {
      number = asked++;
    }
    log.whenSynced(
        place.segment(),
        place.end(),
        failure -> {
          synchronized (told) {
            boolean isSynced = isForced(place);
            told[number] += isSynced && failure == null ? 1 : MAX_BATCHES;
          }
        });
  }

  /** Begins another segment. */
  @Operation
  public synchronized void roll() {
    WalSegment old = segment;
    WalSegment fresh = next();
    old.seal();
    fresh.begin(old.number(), old.position(), batches + 1L);
    synchronized (full) {
      full.add(new Place(old, old.position()));
    }
    log.add(fresh);
    segment = fresh;
  }

  /** Does the lane's work. */
  @Operation
  public void runLane() {
    Runnable work = lanes.take();
    if (work != null) {
      work.run();
    }
  }

  /** When the lane has done all, all were told. */
  @Validate
  public void allAreTold() {
    for (Runnable work = lanes.take(); work != null; work = lanes.take()) {
      work.run();
    }
    for (int i = 0; i < asked; i++) {
      if (told[i] != 1) {
        throw new IllegalStateException("told " + told[i] + " times");
      }
    }
    if (failures > 0) {
      throw new IllegalStateException(failures + " failures");
    }
  }

  /** All succeed. */
  public static final class Specification {
    /** As there. */
    public boolean write() {
      return true;
    }

    /** As there. */
    public void writeAsync() {}

    /** As there. */
    public void roll() {}

    /** As there. */
    public void runLane() {}
  }

  /** A scenario of two calls at once. */
  private static ExecutionScenario both(String first, String second) {
    return new ExecutionScenario(
        List.of(),
        List.of(List.of(call(first)), List.of(call(second))),
        List.of(),
        call("allAreTold"));
  }

  private static Actor call(String name) {
    try {
      return new Actor(GroupCommitLincheckTest.class.getMethod(name), List.of());
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void nobodyIsForgotten() {
    int drawn = (int) (2 + 50 * MINUTES);
    List<ExecutionScenario> chosen =
        List.of(both("write", "write"), both("write", "writeAsync"), both("roll", "write"));
    ModelCheckingOptions options = new ModelCheckingOptions();
    chosen.forEach(options::addCustomScenario);
    options
        .iterations(drawn)
        .invocationsPerIteration(INVOCATIONS)
        .threads(2)
        .actorsBefore(0)
        .actorsPerThread(2)
        .actorsAfter(0)
        .loopBound(1_000)
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(
                    "org.anvildb.bytes.Bytes",
                    "org.anvildb.log.RecordFormat",
                    "org.anvildb.wal.BatchEncoder",
                    "org.anvildb.wal.SimulatedDisk")
                .allMethods()
                .ignore())
        .sequentialSpecification(Specification.class)
        .check(GroupCommitLincheckTest.class);
    System.out.printf(
        "lincheck group commit: %,d scenarios, at most %,d interleavings each, 0 violations%n",
        chosen.size() + drawn, INVOCATIONS);
  }
}

package org.anvildb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.api.AnvilException;
import org.anvildb.schedule.InlineScheduler;
import org.junit.jupiter.api.Test;

/**
 * Crashes a log again and again, at any operation and between them, and holds after each replay
 * that what came back is a prefix of what was written, with all that was acknowledged as synced.
 *
 * <p>The workload plays the engine's part: it rolls segments, flushes the oldest ones, and keeps a
 * floor, which stands for the manifest and is durable at once.
 */
final class WalCrashTest {
  private static final long DATABASE = 4711;
  private static final int SEGMENT_BYTES = 12 << 10;

  /** What outlives crashes: the truth, and what the manifest would hold. */
  private static final class History {
    final List<String> batches = new ArrayList<>();
    final AtomicLong numbers = new AtomicLong();
    long floor;
    long flushed;
    long acknowledged;
    int torn;
  }

  private static final class Life {
    final SimulatedDisk disk;
    final History history;
    final Random random;
    final InlineScheduler scheduler;
    final SegmentPool pool;
    final GroupCommit sync;
    final BatchEncoder batch = new BatchEncoder();
    final ArrayDeque<WalSegment> live = new ArrayDeque<>();

    Life(SimulatedDisk disk, History history, Random random) {
      this.disk = disk;
      this.history = history;
      this.random = random;
      scheduler = new InlineScheduler(new Random(random.nextLong()));
      sync = new GroupCommit(scheduler, failure -> {});
      pool =
          new SegmentPool(
              disk,
              scheduler,
              history.numbers::incrementAndGet,
              DATABASE,
              SEGMENT_BYTES,
              true,
              () -> {});
    }

    /** Recovers as the engine does: all that was replayed goes into tables, then a new chain. */
    void open() {
      ReplayedLog log = ReplayedLog.of(disk, DATABASE, history.floor, history.flushed);
      long last = log.outcome().lastSequence();
      assertThat(last).isGreaterThanOrEqualTo(history.acknowledged);
      assertThat(log.batches())
          .isEqualTo(history.batches.subList((int) history.flushed, (int) last));
      if (log.outcome() instanceof WalOutcome.TornTail) {
        history.torn++;
      }
      history.batches.subList((int) last, history.batches.size()).clear();
      WalSegment first = pool.takeFirst();
      history.floor = first.number();
      history.flushed = last;
      history.acknowledged = last;
      first.beginChain(last + 1);
      live.add(first);
      sync.add(first);
      for (long number : SegmentFormat.numbers(disk.list())) {
        if (number < history.floor) {
          disk.delete(SegmentFormat.name(number));
        }
      }
    }

    void step() {
      switch (random.nextInt(16)) {
        case 0 -> synced();
        case 1 -> sync.request();
        case 2 -> flushOldest();
        case 3 -> pool.prepare();
        case 4, 5 -> scheduler.runOne();
        case 6 -> asynchronous();
        case 7 -> {
          if (random.nextInt(4) == 0) {
            roll(0);
          }
        }
        default -> append();
      }
    }

    private void append() {
      batch.clear();
      int operations = 1 + random.nextInt(3);
      for (int i = 0; i < operations; i++) {
        byte[] value = new byte[random.nextInt(50) == 0 ? 20_000 : random.nextInt(800)];
        random.nextBytes(value);
        batch.put(i, new byte[] {1, 2, 3}, value);
      }
      if (!live.getLast().fits(batch.bytes())) {
        roll(batch.bytes());
      }
      WalSegment segment = live.getLast();
      long offset = segment.append(batch, segment.nextSequence());
      history.batches.add(
          ReplayedLog.content(segment.memory(), offset, (int) (segment.position() - offset)));
    }

    private void roll(long bodyBytes) {
      WalSegment next = pool.take(live.getLast(), bodyBytes);
      live.add(next);
      sync.add(next);
    }

    private void synced() {
      append();
      sync.await(live.getLast(), live.getLast().position());
      history.acknowledged = history.batches.size();
    }

    private void asynchronous() {
      append();
      long sequence = history.batches.size();
      sync.whenSynced(
          live.getLast(),
          live.getLast().position(),
          failure -> {
            if (failure == null) {
              history.acknowledged = Math.max(history.acknowledged, sequence);
            }
          });
    }

    private void flushOldest() {
      if (live.size() < 2) {
        return;
      }
      WalSegment oldest = live.removeFirst();
      history.floor = live.getFirst().number();
      history.flushed = oldest.nextSequence() - 1;
      history.acknowledged = Math.max(history.acknowledged, history.flushed);
      sync.settle(oldest);
      pool.retire(oldest);
    }
  }

  @Test
  void afterAnyPowerCutWhatComesBackIsAPrefixWithAllThatWasSynced() {
    int crashes = 0;
    int torn = 0;
    int rounds = Integer.getInteger("long", 0) > 0 ? 100_000 : 500;
    for (long seed = 0; seed < rounds; seed++) {
      Random random = new Random(seed);
      History history = new History();
      SimulatedDisk disk = new SimulatedDisk();
      try {
        for (int life = 0; life < 4; life++) {
          disk = liveAndCrash(disk, history, random);
          crashes++;
        }
        new Life(disk, history, random).open();
      } catch (Throwable t) {
        throw new AssertionError("seed " + seed, t);
      }
      torn += history.torn;
    }
    System.out.println("crash states: " + crashes + ", torn: " + torn + ", violations: 0");
    assertThat(torn).isGreaterThan(rounds / 4);
  }

  private static SimulatedDisk liveAndCrash(SimulatedDisk disk, History history, Random random) {
    Life life = new Life(disk, history, random);
    if (random.nextInt(8) > 0) {
      disk.crashAt(1 + random.nextInt(40), random);
    }
    try {
      life.open();
      int steps = random.nextInt(200);
      for (int i = 0; i < steps; i++) {
        life.step();
      }
    } catch (SimulatedDisk.Crash | AnvilException e) {
      if (!disk.hasCrashed()) {
        throw e;
      }
    }
    return disk.afterCrash(random);
  }

  @Test
  void theDeathOfTheProcessLosesNothing() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      History history = new History();
      Life life = new Life(new SimulatedDisk(), history, random);
      life.open();
      for (int i = 0; i < 100; i++) {
        life.step();
      }
      history.acknowledged = history.batches.size();
      SimulatedDisk left = life.disk.afterKill();
      try {
        new Life(left, history, random).open();
        assertThat(history.torn).isZero();
      } catch (Throwable t) {
        throw new AssertionError("seed " + seed, t);
      }
    }
  }
}

package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.anvildb.proof.FailingCodec.Call;
import org.anvildb.proof.FailingCodec.Lie;
import org.anvildb.proof.FailingCodec.Plan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that whatever a user's storage, scheduler or codec throws, at any of its calls, leads to a
 * refused write or a poisoned database with its cause, never to wrong data or to a wait without
 * end.
 */
@ExtendWith(SilentLog.class)
final class UserCodeFailureTest {
  private static final long SEED = Long.getLong("seed", 20_261_129);
  private static final long MINUTES = Long.getLong("long", 0);
  private static final int MIN_RUNS = MINUTES > 0 ? 100_000 : 3_000;

  private static final List<Supplier<Throwable>> FAILURES =
      List.of(
          () -> new OutOfMemoryError("Java heap space (injected)"),
          () -> new StackOverflowError("too deep (injected)"),
          () -> new UnsupportedOperationException("a user's mistake (injected)"));

  private static final int MIN_CODEC_RUNS = 500;

  private static final List<Supplier<Throwable>> CODEC_FAILURES =
      List.of(
          FAILURES.get(0),
          FAILURES.get(1),
          () -> new IllegalStateException("a codec's mistake (injected)"),
          () -> new IllegalArgumentException("not what was compressed (injected)"));

  private long runs;
  private long refused;
  private long poisoned;

  @TempDir(factory = MemoryDirectory.class)
  private Path temporary;

  @Test
  void whateverUsersCodeThrowsIsToldAndHarmsNothing() {
    for (long seed = SEED; runs < MIN_RUNS; seed++) {
      for (int kind = 0; kind < FAILURES.size(); kind++) {
        for (boolean isSticky : new boolean[] {false, true}) {
          all(seed, kind, isSticky, true);
          all(seed, kind, isSticky, false);
        }
      }
    }
    System.out.printf(
        "failures of users' code: %,d runs, %,d calls refused, %,d of them poisoned,"
            + " 0 violations%n",
        runs, refused, poisoned);
    ProofTable.record(ProofTable.Row.FAILING_CODE, "storage and scheduler", runs);
    assertThat(runs).isGreaterThanOrEqualTo(MIN_RUNS);
    assertThat(refused).isPositive();
    assertThat(poisoned).isPositive();
  }

  /** Fails each call of one life. */
  private void all(long seed, int kind, boolean isSticky, boolean isStorage) {
    boolean isHit = true;
    for (int nth = 0; isHit; nth++) {
      try {
        FailureRun run = new FailureRun(seed, FAILURES.get(kind));
        isHit = isStorage ? run.playStorage(nth, isSticky) : run.playScheduler(nth, isSticky);
        runs++;
        refused += run.refused();
        poisoned += run.poisoned();
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            String.format(
                "-Dseed=%d, failure %d, sticky %b, storage %b, call %d",
                seed, kind, isSticky, isStorage, nth),
            e);
      }
    }
  }

  @Test
  void whateverUsersCodecsThrowOrTellHarmsNothing() {
    ProvidedCodec.during(temporary.resolve("codec"), FailingCodec.class, this::failCodecs);
    System.out.printf(
        "failures of users' codecs: %,d runs, %,d calls refused, %,d of them poisoned,"
            + " 0 violations%n",
        runs, refused, poisoned);
    ProofTable.record(ProofTable.Row.FAILING_CODE, "codecs", runs);
    assertThat(runs).isGreaterThanOrEqualTo(MIN_CODEC_RUNS);
    assertThat(refused).isPositive();
    assertThat(poisoned).isPositive();
  }

  private void failCodecs() {
    for (long seed = SEED; runs < (MINUTES > 0 ? 20_000 : MIN_CODEC_RUNS); seed++) {
      for (Call call : Call.values()) {
        for (Supplier<Throwable> failure : CODEC_FAILURES) {
          codecs(seed, 1, nth -> Plan.failing(call, nth, false, failure));
          codecs(seed, 5, nth -> Plan.failing(call, nth, true, failure));
        }
        for (Lie lie : call == Call.DECOMPRESS ? new Lie[0] : Lie.values()) {
          codecs(seed, 3, nth -> Plan.lying(call, nth, false, lie));
          codecs(seed, 9, nth -> Plan.lying(call, nth, true, lie));
        }
      }
    }
  }

  /** Fails every so many-th call of one life. */
  private void codecs(long seed, int stride, LongFunction<Plan> plans) {
    boolean isHit = true;
    for (int nth = 0; isHit; nth += stride) {
      Plan plan = plans.apply(nth);
      try {
        FailureRun run = new FailureRun(seed, IllegalStateException::new);
        isHit = run.playCodec(plan);
        runs++;
        refused += run.refused();
        poisoned += run.poisoned();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("-Dseed=%d, codec, %s".formatted(seed, plan), e);
      }
    }
  }
}

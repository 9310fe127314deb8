package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.anvildb.proof.SeedKeys.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.Health;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.TooManyOpenFilesException;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.OperationKind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The misuses 14, 27 and 30: no encryption, a full disk, no descriptors, a clock that jumps. */
@ExtendWith(SilentLog.class)
final class MisuseResourcesTest {
  private static final DatabaseOptions SMALL =
      DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(8)).build();
  private static final long UNLIMITED = Long.MAX_VALUE;

  private final MemoryStorage disk = new MemoryStorage();
  private int written;

  private Database open(InlineScheduler scheduler) {
    return Anvil.open(disk, scheduler, new Random(1), SMALL);
  }

  /** Writes batches of two keys that are there together or not at all, until one fails. */
  private @Nullable AnvilException writeUntilFull(
      Database db, InlineScheduler scheduler, int most) {
    for (int i = 0; i < most; i++) {
      try {
        int next = written;
        db.write(
            db.newBatch().put(key(2 * next), value(next, 0)).put(key(2 * next + 1), key(next)));
        written++;
        scheduler.runOne();
      } catch (AnvilException e) {
        return e;
      }
    }
    return null;
  }

  private void assertHasExactlyWhatWasAcknowledged(Database db, String what) {
    assertThat(SeedKeys.numbers(db)).as(what).hasSize(2 * written);
    for (int i = 0; i < written; i++) {
      assertThat(db.get(key(2 * i))).as(what).isEqualTo(value(i, 0));
    }
  }

  private void leave(long free) {
    long used = disk.list().stream().mapToLong(disk::size).sum();
    disk.setCapacityBytes(used + free);
  }

  @Test
  void misuse14_thereIsNoEncryptionAndTheSecurityPageSaysSo() throws IOException {
    assertThat(DatabaseOptions.class.getRecordComponents())
        .noneMatch(option -> option.getName().toLowerCase().contains("encrypt"));
    assertThat(Files.readString(Path.of("../SECURITY.md"))).contains("**No encryption.**");
  }

  @Test
  void misuse27_aDiskThatFillsUpRefusesBatchesWholeAndReadsGoOnAndRoomOrReopeningRecovers() {
    int alone = 0;
    int resumed = 0;
    int poisoned = 0;
    for (long free = 0; free < 160 << 10; free += 1 << 10) {
      String what = free + " bytes free";
      MisuseResourcesTest run = new MisuseResourcesTest();
      var scheduler = new InlineScheduler(new Random(free));
      try (Database db = run.open(scheduler)) {
        assertThat(run.writeUntilFull(db, scheduler, 300)).isNull();
        run.leave(free);
        AnvilException failure = run.writeUntilFull(db, scheduler, 20_000);
        assertThat(failure).as(what).isNotNull();
        boolean isManifest = failure.getMessage().contains("MANIFEST");
        assertThat(failure)
            .as(what)
            .isInstanceOf(isManifest ? PoisonedException.class : DiskFullException.class);
        run.assertHasExactlyWhatWasAcknowledged(db, what);
        run.disk.setCapacityBytes(UNLIMITED);
        if (db.health() instanceof Health.Healthy) {
          alone++;
        } else if (isManifest) {
          assertThatThrownBy(db::resume).as(what).isInstanceOf(PoisonedException.class);
          run.assertHasExactlyWhatWasAcknowledged(db, what);
          poisoned++;
        } else {
          assertThat(db.health()).as(what).isInstanceOf(Health.DiskFull.class);
          db.resume();
          resumed++;
        }
        if (!isManifest) {
          assertThat(run.writeUntilFull(db, scheduler, 300)).as(what + ", resumed").isNull();
        }
        run.assertHasExactlyWhatWasAcknowledged(db, what);
      }
      var again = new InlineScheduler(new Random(free));
      try (Database db = run.open(again)) {
        run.assertHasExactlyWhatWasAcknowledged(db, what + ", reopened");
        assertThat(run.writeUntilFull(db, again, 300)).as(what + ", reopened").isNull();
        run.assertHasExactlyWhatWasAcknowledged(db, what + ", reopened");
      }
    }
    System.out.printf(
        "full disks: %d runs, %d went on when room was back, %d after resume(), %d after reopening,"
            + " 0 violations%n",
        alone + resumed + poisoned, alone, resumed, poisoned);
    assertThat(alone + resumed + poisoned).isEqualTo(160);
    assertThat(resumed).isGreaterThanOrEqualTo(100);
  }

  @Test
  void misuse27_openingOnAFullDiskFailsTypedAndReadOnlyWorksAndRoomHeals() {
    var scheduler = new InlineScheduler(new Random(1));
    try (Database db = open(scheduler)) {
      assertThat(writeUntilFull(db, scheduler, 500)).isNull();
    }
    leave(0);
    assertThatThrownBy(() -> open(new InlineScheduler(new Random(2))))
        .isInstanceOf(DiskFullException.class);
    var readOnly = DatabaseOptions.builder().readOnly(true).build();
    try (Database db =
        Anvil.open(disk, new InlineScheduler(new Random(3)), new Random(1), readOnly)) {
      assertHasExactlyWhatWasAcknowledged(db, "read-only");
    }
    disk.setCapacityBytes(UNLIMITED);
    try (Database db = open(new InlineScheduler(new Random(4)))) {
      assertHasExactlyWhatWasAcknowledged(db, "with room");
      db.compact();
      assertHasExactlyWhatWasAcknowledged(db, "with room");
    }
  }

  @Test
  void misuse30_withoutDescriptorsAWriteFailsTypedAndLosesNothing() {
    int failures = 0;
    for (int nth = 0; nth < 60; nth++) {
      MisuseResourcesTest run = new MisuseResourcesTest();
      FaultyStorage faulty = new FaultyStorage(run.disk);
      var scheduler = new InlineScheduler(new Random(nth));
      try (Database db = Anvil.open(faulty, scheduler, new Random(1), SMALL)) {
        var kinds = Set.of(OperationKind.CREATE, OperationKind.CREATE_MAPPED, OperationKind.MAP);
        faulty.inject(new FaultPlan(kinds, nth, new Fault.TooManyOpenFiles(), false));
        AnvilException failure = run.writeUntilFull(db, scheduler, 1_500);
        failures += failure == null && faulty.hits() == 0 ? 0 : 1;
        assertThat(failure == null || failure.getMessage().length() > 20).isTrue();
        if (failure != null) {
          assertThat(failure)
              .isInstanceOfAny(TooManyOpenFilesException.class, PoisonedException.class);
        }
        faulty.inject(null);
        run.assertHasExactlyWhatWasAcknowledged(db, "descriptor " + nth);
      } catch (PoisonedException e) {
        assertThat(e).hasStackTraceContaining("TooManyOpenFiles");
      }
      try (Database db = run.open(new InlineScheduler(new Random(nth)))) {
        run.assertHasExactlyWhatWasAcknowledged(db, "descriptor " + nth + ", reopened");
      }
    }
    System.out.printf("no descriptors: 60 runs, %d with a failure, 0 violations%n", failures);
    assertThat(failures).isGreaterThanOrEqualTo(20);
  }

  @Test
  void misuse30_aFailingFunctionOfTheUserHarmsNobody() {
    var scheduler = new InlineScheduler(new Random(1));
    try (Database db = open(scheduler)) {
      assertThat(writeUntilFull(db, scheduler, 100)).isNull();
      for (Error error : Arrays.asList(new StackOverflowError(), new OutOfMemoryError())) {
        assertThatThrownBy(() ->
                db.read(
                    key(2),
                    memory -> {
                      throw error;
                    }))
            .isSameAs(error);
      }
      assertThat(db.health()).isInstanceOf(Health.Healthy.class);
      assertThat(writeUntilFull(db, scheduler, 300)).isNull();
      assertHasExactlyWhatWasAcknowledged(db, "after errors");
    }
  }

  @Test
  void misuse30_aClockThatJumpsForwardLosesNothingAndStopsNothing() {
    var scheduler = new InlineScheduler(new Random(1));
    long century = 100L * 365 * 86_400 * 1_000_000_000L;
    try (Database db = open(scheduler)) {
      for (int jump = 0; jump < 2; jump++) {
        assertThat(writeUntilFull(db, scheduler, 300)).isNull();
        scheduler.advance(century);
        assertThat(writeUntilFull(db, scheduler, 300)).isNull();
        scheduler.runAll();
        db.sync();
        assertHasExactlyWhatWasAcknowledged(db, "jump " + jump);
      }
    }
    try (Database db = open(new InlineScheduler(new Random(2)))) {
      assertHasExactlyWhatWasAcknowledged(db, "reopened");
    }
  }
}

package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.anvildb.proof.SeedKeys.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Snapshot;
import org.anvildb.schedule.ForwardingScheduler;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Scheduler;
import org.anvildb.storage.LocalStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The misuses 24 and 26 where cursors and snapshots are meant: those that were dropped without a
 * close are released and reported with the place where they were created; those that are held for
 * long are reported once.
 */
final class DroppedPinsTest {
  private static final int CURSORS = 600;
  private static final int SNAPSHOTS = 200;
  private static final int KEYS = 200;
  private static final int COLLECTIONS = 200;
  private static final String SITES = "org.anvildb.cursorSites";
  private static final DatabaseOptions SMALL =
      DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(8)).backgroundThreads(1).build();

  private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
  private final List<WeakReference<Object>> dropped = new ArrayList<>();

  /** What is not to be collected before {@link #awaitCollection}. */
  private final List<AutoCloseable> held = new ArrayList<>();

  private final InlineScheduler scheduler = new InlineScheduler(new Random(7));

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  private Database open(Scheduler with) {
    return Anvil.open(LocalStorage.open(temporary, true, false), with, new Random(7), SMALL);
  }

  private Database openRecordingSites() {
    System.setProperty(SITES, "true");
    try {
      return open(scheduler);
    } finally {
      System.clearProperty(SITES);
    }
  }

  private void dropCursors(Database db, int count) {
    for (int i = 0; i < count; i++) {
      Cursor cursor = db.cursor();
      assertThat(cursor.next()).isTrue();
      held.add(cursor);
      dropped.add(new WeakReference<>(cursor, collected));
    }
  }

  private void dropSnapshots(Database db, int count) {
    for (int i = 0; i < count; i++) {
      Snapshot snapshot = db.snapshot();
      assertThat(snapshot.get(key(1))).isNotNull();
      held.add(snapshot);
      dropped.add(new WeakReference<>(snapshot, collected));
    }
  }

  private void awaitCollection() throws InterruptedException {
    held.clear();
    int left = dropped.size();
    for (int i = 0; left > 0; i++) {
      assertThat(i).as("collections, with %d still reachable", left).isLessThan(COLLECTIONS);
      System.gc();
      while (left > 0 && collected.remove(50) != null) {
        left--;
      }
    }
    dropped.clear();
  }

  private void overwrite(Database db, int round) {
    for (int i = 0; i < KEYS; i++) {
      db.put(key(i), value(i, round));
    }
    db.compact();
    scheduler.runAll();
  }

  private static long entries(Database db) {
    return db.stats().keyspaces().getFirst().levels().stream().mapToLong(l -> l.entries()).sum();
  }

  private List<String> tables() throws IOException {
    try (Stream<Path> all = Files.list(temporary)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".sst"))
          .toList();
    }
  }

  @Test
  void misuse24_droppedCursorsAndSnapshotsAreReleasedAndReportedWithTheirCreationSite()
      throws Exception {
    try (MisuseLog log = MisuseLog.start();
        Database db = openRecordingSites()) {
      overwrite(db, 0);
      List<String> before = tables();
      dropCursors(db, CURSORS);
      dropSnapshots(db, SNAPSHOTS);
      overwrite(db, 1);
      assertThat(tables()).as("tables while the cursors are not collected").containsAll(before);
      assertThat(entries(db)).isEqualTo(2 * KEYS);
      assertThat(log.warnings(temporary.toString())).isEmpty();

      awaitCollection();
      overwrite(db, 2);
      assertThat(tables()).doesNotContainAnyElementsOf(before);
      assertThat(db.stats().memory().cursors()).isZero();
      assertThat(db.stats().memory().snapshots()).isZero();
      overwrite(db, 3);
      assertThat(entries(db)).isEqualTo(KEYS);
      assertThat(tables()).hasSize(1);
      List<String> warnings = log.warnings(temporary.toString());
      assertThat(warnings).hasSize(2);
      assertThat(warnings)
          .anyMatch(w -> w.contains("DroppedPinsTest.dropCursors(DroppedPinsTest.java:"))
          .anyMatch(w -> w.contains("DroppedPinsTest.dropSnapshots(DroppedPinsTest.java:"))
          .allMatch(w -> w.contains("without a close"));
    }
    System.out.printf(
        "dropped: %,d cursors and %,d snapshots released, 0 tables and 0 versions left%n",
        CURSORS, SNAPSHOTS);
  }

  @Test
  void misuse24_withoutRecordingTheFirstWarningSaysHowAndTheNextCursorsHaveTheirSite()
      throws Exception {
    try (MisuseLog log = MisuseLog.start();
        Database db = open(scheduler)) {
      overwrite(db, 0);
      dropCursors(db, 20);
      awaitCollection();
      overwrite(db, 1);
      assertThat(log.warnings(temporary.toString()))
          .singleElement()
          .asString()
          .contains("a cursor created at an unknown place", "20 of them", SITES);
      dropCursors(db, 20);
      awaitCollection();
      overwrite(db, 2);
      assertThat(log.warnings(temporary.toString()))
          .hasSize(2)
          .last()
          .asString()
          .contains("dropCursors(DroppedPinsTest.java:");
    }
  }

  @Test
  void misuse24_whatWasDroppedIsReleasedThoughNothingIsWrittenAnyMore() throws Exception {
    try (MisuseLog log = MisuseLog.start();
        Database db = open(new Resting(scheduler))) {
      overwrite(db, 0);
      List<String> before = tables();
      dropCursors(db, 1);
      overwrite(db, 1);
      awaitCollection();
      for (int i = 0; i < 2; i++) {
        scheduler.advance(TimeUnit.MINUTES.toNanos(1));
        scheduler.runAll();
      }
      assertThat(tables()).doesNotContainAnyElementsOf(before);
      assertThat(log.warnings(temporary.toString())).hasSize(1);
    }
  }

  @Test
  void misuse26_whatIsHeldForLongIsReportedOnceWithItsSiteAndWhatItKeeps() {
    try (MisuseLog log = MisuseLog.start();
        Database db = openRecordingSites()) {
      overwrite(db, 0);
      try (Cursor cursor = db.cursor();
          Snapshot snapshot = db.snapshot()) {
        overwrite(db, 1);
        scheduler.advance(TimeUnit.MINUTES.toNanos(9));
        overwrite(db, 2);
        assertThat(log.warnings(temporary.toString())).isEmpty();
        for (int i = 0; i < 3; i++) {
          scheduler.advance(TimeUnit.MINUTES.toNanos(11));
          overwrite(db, 3 + i);
        }
        List<String> warnings = log.warnings(temporary.toString());
        assertThat(warnings).hasSize(2);
        assertThat(warnings).allMatch(w -> w.contains("DroppedPinsTest.misuse26_whatIsHeld"));
        assertThat(warnings)
            .anyMatch(w -> w.matches(".*a cursor has been open for 20 minutes.*[1-9]\\d+ bytes.*"))
            .anyMatch(w -> w.matches(".*a snapshot has been open.*since batch " + KEYS + ".*"));
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.value()).isEqualTo(value(0, 0));
        assertThat(snapshot.get(key(0))).isEqualTo(value(0, 0));
      }
      overwrite(db, 9);
      assertThat(entries(db)).isEqualTo(KEYS);
    }
  }

  /** A scheduler on one thread that says, as those with threads do, that memory rests. */
  private static final class Resting extends ForwardingScheduler {
    Resting(InlineScheduler inner) {
      super(inner);
    }

    @Override
    public long graceNanos() {
      return 1;
    }
  }
}

package org.anvildb.compact;

import static org.anvildb.cursor.TestEntry.delete;
import static org.anvildb.cursor.TestEntry.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.StorageException;
import org.anvildb.cursor.TestEntry;
import org.anvildb.cursor.TestEntry.Text;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.junit.jupiter.api.Test;

/** Tests {@link CompactionJob}. */
final class CompactionJobTest {
  private static final BooleanSupplier NEVER = () -> false;
  private static final long WHOLE = 1 << 30;
  private static final BiConsumer<String, Throwable> NONE_LEFT =
      (file, cause) -> fail(file + " is left");

  private final JobStore store = new JobStore();

  @Test
  void runsAreMergedNewestFirst() {
    var newest = store.write(List.of(put("a", 0, "new"), delete("c", 0)));
    var left = store.write(List.of(put("a", 0, "old"), put("b", 0, "kept")));
    var right = store.write(List.of(put("c", 0, "deleted"), put("d", 0, "kept too")));
    var result = merge(List.of(List.of(newest), List.of(left, right)), WHOLE, true);
    assertThat(store.readAll(result.tables()))
        .containsExactly(put("a", 0, "new"), put("b", 0, "kept"), put("d", 0, "kept too"));
    assertThat(result.entriesRead()).isEqualTo(6);
    assertThat(result.entriesWritten()).isEqualTo(3);
    assertThat(result.bytesRead())
        .isEqualTo(newest.meta().fileBytes() + left.meta().fileBytes() + right.meta().fileBytes());
    assertThat(result.bytesWritten()).isEqualTo(result.tables().getFirst().fileBytes());
  }

  @Test
  void whatEachSnapshotSeesIsTheSameInTheTablesAfterAnyNumberOfMerges() {
    for (long seed = 0; seed < 150; seed++) {
      Random random = new Random(seed);
      Runs runs = new Runs(random);
      JobStore files = new JobStore();
      for (int round = 0; round < 4; round++) {
        runs.write(1 + random.nextInt(40));
        compactSome(runs, files, random, "seed " + seed + ", round " + round);
      }
    }
  }

  private static void compactSome(Runs runs, JobStore files, Random random, String about) {
    int count = runs.runs().size();
    int from = random.nextInt(count);
    int to = from + 1 + random.nextInt(count - from);
    if (random.nextBoolean()) {
      runs.closeSomeSnapshots();
    }
    var below = runs.keysBelow(to);
    TombstoneRule rule = (key, length) -> !below.contains(new Text(Arrays.copyOf(key, length)));
    int limit = 1 + random.nextInt(1000);
    var inputs =
        runs.runs().subList(from, to).stream()
            .filter(run -> !run.isEmpty())
            .map(run -> cut(run, files, random))
            .toList();
    List<CompactionTask> tasks = new ArrayList<>();
    for (KeyPart part : parts(entries(runs, from, to), random)) {
      tasks.add(
          new CompactionTask(
              part, inputs, JobStore.OPTIONS, runs.snapshots(), rule, new OutputSplitter(limit)));
    }
    var now = runs.now();
    var result = new CompactionJob(files.files(), tasks, NEVER).run().orElseThrow();
    assertDisjoint(result.tables(), about);
    List<TestEntry> merged = files.readAll(result.tables());
    runs.replace(from, to, merged);
    runs.checkMinimal(merged, about);
    runs.checkViews(about);
    assertThat(runs.now()).as(about).isEqualTo(now);
  }

  private static List<TestEntry> entries(Runs runs, int from, int to) {
    return runs.runs().subList(from, to).stream().flatMap(List::stream).toList();
  }

  /** Divides the keys in up to four parts, some of them perhaps without any entry. */
  private static List<KeyPart> parts(List<TestEntry> entries, Random random) {
    List<byte[]> cuts =
        random
            .ints(entries.isEmpty() ? 0 : random.nextInt(4), 0, entries.size() + 1)
            .mapToObj(at -> at == 0 ? new byte[0] : entries.get(at - 1).key().bytes())
            .sorted(Arrays::compareUnsigned)
            .toList();
    List<KeyPart> parts = new ArrayList<>();
    for (int i = 0; i <= cuts.size(); i++) {
      parts.add(
          new KeyPart(i == 0 ? null : cuts.get(i - 1), i == cuts.size() ? null : cuts.get(i)));
    }
    return parts;
  }

  /** Writes a run as one or several tables that split no key. */
  private static List<Table> cut(List<TestEntry> run, JobStore files, Random random) {
    List<Table> tables = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= run.size(); i++) {
      boolean end = i == run.size();
      if (end || random.nextInt(8) == 0 && !run.get(i).key().equals(run.get(i - 1).key())) {
        tables.add(files.write(run.subList(from, i)));
        from = i;
      }
    }
    return tables;
  }

  private static void assertDisjoint(List<TableMeta> tables, String about) {
    for (int i = 1; i < tables.size(); i++) {
      assertThat(Arrays.compareUnsigned(tables.get(i - 1).largest(), tables.get(i).smallest()))
          .as(about)
          .isNegative();
    }
  }

  @Test
  void outputsEndAtTheirTargetSize() {
    var table = store.write(largeRun("a"));
    var result = merge(List.of(List.of(table)), 20_000, false);
    assertThat(result.tables()).hasSizeBetween(4, 8);
    assertThat(store.readAll(result.tables())).isEqualTo(largeRun("a"));
  }

  @Test
  void aPlanBecomesRunsByLevelAndAge() {
    var tables = new ArrayList<Table>();
    for (String key : List.of("b", "a", "b", "a", "b")) {
      tables.add(store.write(List.of(put(key, 0, "v" + tables.size()))));
    }
    List<TableMeta> metas = tables.stream().map(Table::meta).toList();
    var plan =
        new CompactionPlan.Merge(
            0,
            List.of(
                new LevelTables(0, metas.subList(0, 3)), new LevelTables(1, metas.subList(3, 5))),
            1,
            List.of(),
            true,
            WHOLE,
            CompactionPlan.Reason.LEVEL_ZERO);
    var task =
        CompactionTask.of(
                plan, 1, meta -> tables.get(metas.indexOf(meta)), JobStore.OPTIONS, new long[0])
            .getFirst();
    assertThat(task.runs())
        .containsExactly(
            List.of(tables.get(1), tables.get(0)), List.of(tables.get(2)), tables.subList(3, 5));
    var result = new CompactionJob(store.files(), task, NEVER).run().orElseThrow();
    assertThat(store.readAll(result.tables()))
        .containsExactly(put("a", 0, "v1"), put("b", 0, "v0"));
  }

  @Test
  void allInputsThatCannotBeReadAreNamedAndNothingIsWritten() {
    var good = store.write(List.of(put("a", 0, "1")));
    var bad = store.writeDamaged(largeRun("b"));
    var worse = store.writeDamaged(largeRun("c"));
    var before = store.content();
    assertThatThrownBy(() -> merge(List.of(List.of(bad), List.of(good, worse)), WHOLE, false))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("2 of the 3 input tables")
        .hasMessageContaining(bad.meta().fileName())
        .hasMessageContaining(worse.meta().fileName())
        .hasMessageNotContaining(good.meta().fileName() + ":");
    assertThat(store.content()).isEqualTo(before);
  }

  @Test
  void aFailureAtAnyOperationLeavesTheInputsAlone() {
    long operations = 0;
    for (long failAt = 0; failAt <= operations; failAt++) {
      JobStore failing = new JobStore();
      var runs = twoRuns(failing, 600);
      var before = failing.content();
      int done = failing.log.size();
      var task = task(runs, 4000);
      var job = new CompactionJob(failing.files(), task, NEVER);
      if (failAt == 0) {
        assertThat(job.run()).isPresent();
        operations = failing.log.size() - done;
        continue;
      }
      failing.failAt(done + failAt);
      assertThatThrownBy(job::run)
          .as("operation " + failAt)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("made to fail");
      failing.failAt(0);
      assertThat(failing.content()).as("operation " + failAt).isEqualTo(before);
    }
    assertThat(operations).isGreaterThan(10);
  }

  @Test
  void cancellingLeavesTheInputsAlone() {
    var runs = twoRuns(store, 6000);
    var before = store.content();
    var task = task(runs, 4000);
    BooleanSupplier afterTheFirstOutput = () -> store.storage.list().size() > before.size();
    assertThat(new CompactionJob(store.files(), task, afterTheFirstOutput).run()).isEmpty();
    assertThat(store.content()).isEqualTo(before);
  }

  @Test
  void largeValuesAreCancelledInTheMiddleToo() {
    List<TestEntry> large = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      large.add(put("k" + (char) ('a' + i), 0, "v".repeat(1 << 20)));
    }
    var runs = List.of(List.of(store.write(large)));
    var before = store.content();
    int[] asked = {0};
    assertThat(new CompactionJob(store.files(), task(runs, WHOLE), () -> ++asked[0] == 3).run())
        .isEmpty();
    assertThat(store.content()).isEqualTo(before);
  }

  @Test
  void whatACancelledJobCantDeleteIsHandedOn() {
    var runs = twoRuns(store, 6000);
    var before = store.content();
    BooleanSupplier afterTheFirstOutput =
        () -> {
          boolean isOver = store.storage.list().size() > before.size();
          if (isOver) {
            store.failDeletes();
          }
          return isOver;
        };
    var job = new CompactionJob(store.files(), task(runs, 4000), afterTheFirstOutput);
    assertThat(job.run()).isEmpty();
    var left = store.content();
    assertThat(left).hasSizeGreaterThan(before.size());
    left.keySet().removeAll(before.keySet());
    assertThat(store.discarded).containsExactlyInAnyOrderElementsOf(left.keySet());
  }

  @Test
  void anOutputThatReadsBackWronglyIsThrownAway() {
    var runs = twoRuns(store, 6000);
    var other = store.write(List.of(put("z", 0, "not what was written")));
    var before = store.content();
    var lying =
        new TableFiles(
            store.storage,
            store.files().numbers(),
            meta -> store.open(other.meta()),
            Table::close,
            NONE_LEFT);
    var task = task(runs, WHOLE);
    assertThatThrownBy(() -> new CompactionJob(lying, task, NEVER).run())
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("first key");
    assertThat(store.content()).isEqualTo(before);
  }

  @Test
  void outputsAreHandedOnOpen() {
    List<Table> kept = new ArrayList<>();
    var files =
        new TableFiles(store.storage, store.files().numbers(), store::open, kept::add, NONE_LEFT);
    var task = task(twoRuns(store, 6000), WHOLE);
    var result = new CompactionJob(files, task, NEVER).run().orElseThrow();
    assertThat(kept).extracting(Table::meta).isEqualTo(result.tables());
    try (Table table = kept.getFirst();
        var cursor = table.cursor()) {
      assertThat(cursor.seekFirst()).isTrue();
    }
  }

  @Test
  void outputsOfAJobThatIsGivenUpAreClosedAndNotHandedOn() {
    List<Table> opened = new ArrayList<>();
    List<Table> kept = new ArrayList<>();
    var files =
        new TableFiles(
            store.storage,
            store.files().numbers(),
            meta -> {
              Table table = store.open(meta);
              opened.add(table);
              return table;
            },
            kept::add,
            NONE_LEFT);
    var task = task(twoRuns(store, 6000), 20_000);
    assertThat(new CompactionJob(files, task, () -> !opened.isEmpty()).run()).isEmpty();
    assertThat(kept).isEmpty();
    assertThat(opened).isNotEmpty();
    for (Table table : opened) {
      assertThatThrownBy(() -> table.cursor().seekFirst())
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void whenOnePartFailsNothingIsLeftOfTheOthers() {
    var first = store.write(largeRun("a"));
    var second = store.write(largeRun("b"));
    var before = store.content();
    byte[] cut = "b".getBytes(StandardCharsets.UTF_8);
    List<Table> opened = new ArrayList<>();
    var files =
        new TableFiles(
            store.storage,
            store.files().numbers(),
            meta -> {
              if (Arrays.compareUnsigned(meta.smallest(), cut) >= 0) {
                throw new StorageException(
                    "the second part's table does not open", new IOException());
              }
              Table table = store.open(meta);
              opened.add(table);
              return table;
            },
            table -> fail("nothing is to be kept"),
            NONE_LEFT);
    var tasks = twoParts(cut, first, second);
    assertThatThrownBy(() -> new CompactionJob(files, tasks, NEVER).run())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("second part");
    assertThat(store.content()).isEqualTo(before);
    assertThat(opened).hasSize(1);
    assertThatThrownBy(() -> opened.getFirst().cursor().seekFirst())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whenSeveralPartsFindTheDiskFullItIsToldOnce() {
    var first = store.write(largeRun("a"));
    var second = store.write(largeRun("b"));
    var files =
        new TableFiles(
            store.storage,
            store.files().numbers(),
            meta -> {
              throw new DiskFullException("no room", null);
            },
            Table::close,
            NONE_LEFT);
    var tasks = twoParts("b".getBytes(StandardCharsets.UTF_8), first, second);
    assertThatThrownBy(() -> new CompactionJob(files, tasks, NEVER).run())
        .isInstanceOf(DiskFullException.class)
        .hasNoSuppressedExceptions();
  }

  private static List<CompactionTask> twoParts(byte[] cut, Table... tables) {
    List<CompactionTask> tasks = new ArrayList<>();
    for (KeyPart part : List.of(new KeyPart(null, cut), new KeyPart(cut, null))) {
      tasks.add(
          new CompactionTask(
              part,
              List.of(List.of(tables)),
              JobStore.OPTIONS,
              new long[0],
              TombstoneRule.KEEP,
              new OutputSplitter(WHOLE)));
    }
    return tasks;
  }

  private static List<TestEntry> largeRun(String front) {
    List<TestEntry> entries = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      entries.add(put(front + String.format("%06d", i), 0, "x".repeat(100)));
    }
    return entries;
  }

  private static List<List<Table>> twoRuns(JobStore files, int entryCount) {
    List<List<Table>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      List<TestEntry> entries = new ArrayList<>();
      for (int i = run; i < entryCount; i += 2) {
        entries.add(put(String.format("%06d", i), 0, "value"));
      }
      runs.add(List.of(files.write(entries)));
    }
    return runs;
  }

  private CompactionResult merge(List<List<Table>> runs, long tableBytes, boolean drop) {
    var task =
        new CompactionTask(
            runs,
            JobStore.OPTIONS,
            new long[0],
            (key, length) -> drop,
            new OutputSplitter(tableBytes));
    return new CompactionJob(store.files(), task, NEVER).run().orElseThrow();
  }

  /** A task that keeps everything. */
  private static CompactionTask task(List<List<Table>> runs, long tableBytes) {
    return new CompactionTask(
        runs, JobStore.OPTIONS, new long[0], TombstoneRule.KEEP, new OutputSplitter(tableBytes));
  }
}

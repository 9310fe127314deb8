package org.anvildb.compact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anvildb.cursor.TestEntry.delete;
import static org.anvildb.cursor.TestEntry.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.anvildb.api.StorageException;
import org.anvildb.cursor.ListCursor;
import org.anvildb.cursor.TestEntry;
import org.junit.jupiter.api.Test;

/** Tests {@link FlushJob}. */
final class FlushJobTest {
  private static final long[] NO_SNAPSHOTS = {};
  private static final long MAX_TABLE_BYTES = 1 << 30;

  private final JobStore store = new JobStore();

  @Test
  void eachKeyspaceGetsATableWithTheNewestVersions() {
    var first = List.of(put("a", 5, "new"), put("a", 2, "old"), delete("b", 3));
    var second = List.of(put("a", 4, "other"));
    var flushed = flush(NO_SNAPSHOTS, MAX_TABLE_BYTES, input(3, first), input(8, second));
    assertThat(flushed).extracting(FlushedTable::keyspace).containsExactly(3, 8);
    assertThat(store.read(flushed.getFirst().meta()))
        .containsExactly(put("a", 0, "new"), delete("b", 0));
    assertThat(store.read(flushed.getLast().meta())).containsExactly(put("a", 0, "other"));
  }

  @Test
  void versionsThatSnapshotsNeedAreKept() {
    var entries = List.of(put("a", 5, "new"), put("a", 2, "old"));
    var flushed = flush(new long[] {3}, MAX_TABLE_BYTES, input(0, entries));
    assertThat(store.read(flushed.getFirst().meta()))
        .containsExactly(put("a", 4, "new"), put("a", 0, "old"));
    assertThat(flushed.getFirst().meta().maxSequence()).isEqualTo(4);
  }

  @Test
  void whatIsDroppedEntirelyLeavesNoFile() {
    var input =
        new FlushInput(
            0,
            new ListCursor(List.of(delete("a", 1))),
            JobStore.OPTIONS,
            FlushCuts.NONE,
            (key, length) -> true);
    assertThat(
            new FlushJob(store.files(), NO_SNAPSHOTS, MAX_TABLE_BYTES, hash -> {}, () -> false)
                .run(List.of(input)))
        .hasValue(List.of());
    assertThat(store.log).isEmpty();
  }

  @Test
  void aLargeFlushIsSplitBetweenKeysOnly() {
    List<TestEntry> entries = new ArrayList<>();
    for (int key = 0; key < 200; key++) {
      for (int version = 5; version > 0; version--) {
        entries.add(put(String.format("%05d", key), version * 10, "x".repeat(200)));
      }
    }
    var flushed = flush(new long[] {10, 20, 30, 40}, 20_000, input(0, entries));
    assertThat(flushed).hasSizeGreaterThan(3);
    for (int i = 1; i < flushed.size(); i++) {
      assertThat(flushed.get(i).meta().smallest())
          .isNotEqualTo(flushed.get(i - 1).meta().largest());
    }
    assertThat(store.readAll(flushed.stream().map(FlushedTable::meta).toList())).hasSize(1000);
  }

  @Test
  void aFlushIsCutWhereTheBaseLevelsTablesBegin() {
    var entries = List.of(put("a", 1, "x"), put("b", 2, "y"), put("d", 3, "z"), put("e", 4, "z"));
    FlushCuts cuts = new FlushCuts(List.of(key("b"), key("c"), key("e")), 1);
    var input =
        new FlushInput(0, new ListCursor(entries), JobStore.OPTIONS, cuts, TombstoneRule.KEEP);
    var flushed = flush(NO_SNAPSHOTS, MAX_TABLE_BYTES, input);
    assertThat(flushed)
        .extracting(table -> new String(table.meta().smallest(), UTF_8))
        .containsExactly("a", "b", "d", "e");
  }

  @Test
  void aPartOfAFlushThatIsTooSmallGoesOnBehindTheCut() {
    var entries = List.of(put("a", 1, "x"), put("b", 2, "y"));
    FlushCuts cuts = new FlushCuts(List.of(key("b")), 1000);
    var input =
        new FlushInput(0, new ListCursor(entries), JobStore.OPTIONS, cuts, TombstoneRule.KEEP);
    assertThat(flush(NO_SNAPSHOTS, MAX_TABLE_BYTES, input)).hasSize(1);
  }

  private static byte[] key(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void filesAndDirectoryAreSyncedBeforeItReturns() {
    flush(
        NO_SNAPSHOTS,
        MAX_TABLE_BYTES,
        input(0, List.of(put("a", 1, "x"))),
        input(1, List.of(put("b", 2, "y"))));
    assertThat(store.log.getLast()).isEqualTo("SYNC_DIRECTORY ");
    assertThat(store.log).contains("SYNC 000001.sst", "SYNC 000002.sst");
    assertThat(store.log.stream().filter("SYNC_DIRECTORY "::equals)).hasSize(1);
  }

  @Test
  void aFailureAtAnyOperationLeavesNoFile() {
    long operations = Long.MAX_VALUE;
    for (long failAt = 1; failAt <= operations; failAt++) {
      JobStore failing = new JobStore();
      failing.failAt(failAt);
      var versions = new ListCursor(manyEntries());
      var input = new FlushInput(0, versions, JobStore.OPTIONS, FlushCuts.NONE, TombstoneRule.KEEP);
      var job = new FlushJob(failing.files(), NO_SNAPSHOTS, 3_000, hash -> {}, () -> false);
      if (operations == Long.MAX_VALUE) {
        operations = countOperations();
      }
      assertThatThrownBy(() -> job.run(List.of(input)))
          .as("operation " + failAt)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("made to fail");
      assertThat(failing.content()).as("operation " + failAt).isEmpty();
      assertThat(versions.closed()).isTrue();
    }
  }

  private static long countOperations() {
    JobStore whole = new JobStore();
    new FlushJob(whole.files(), NO_SNAPSHOTS, 3_000, hash -> {}, () -> false)
        .run(List.of(input(0, manyEntries())));
    return whole.log.size();
  }

  @Test
  void cancellingLeavesNoFile() {
    var job =
        new FlushJob(
            store.files(), NO_SNAPSHOTS, 100, hash -> {}, () -> !store.storage.list().isEmpty());
    assertThat(job.run(List.of(input(0, manyEntries()), input(1, manyEntries())))).isEmpty();
    assertThat(store.content()).isEmpty();
  }

  private List<FlushedTable> flush(long[] snapshots, long maxTableBytes, FlushInput... inputs) {
    return new FlushJob(store.files(), snapshots, maxTableBytes, hash -> {}, () -> false)
        .run(List.of(inputs))
        .orElseThrow();
  }

  private static FlushInput input(int keyspace, List<TestEntry> entries) {
    return new FlushInput(
        keyspace, new ListCursor(entries), JobStore.OPTIONS, FlushCuts.NONE, TombstoneRule.KEEP);
  }

  private static List<TestEntry> manyEntries() {
    Random random = new Random(1);
    return IntStream.range(0, 100)
        .mapToObj(i -> put(String.format("%05d", i), i, "v".repeat(random.nextInt(100))))
        .toList();
  }
}

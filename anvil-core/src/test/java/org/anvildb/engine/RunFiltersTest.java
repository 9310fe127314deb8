package org.anvildb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.anvildb.table.TableMeta;
import org.junit.jupiter.api.Test;

/** Tests {@link RunFilters} and {@link RunMasks}. */
final class RunFiltersTest {
  /** Hashes that share no cell of the smallest filter. */
  private static final long HASH_A = 1;

  private static final long HASH_B = 2;
  private static final long HASH_C = 3;

  private final RunFilters filters = new RunFilters();

  @Test
  void onlyRunsWhoseFlushHoldsTheKeyAreCandidates() {
    TableMeta a = flush(1, HASH_A);
    TableMeta b = flush(2, HASH_B);
    assertCandidates(HASH_A, List.of(List.of(b), List.of(a)), false, true);
    assertCandidates(HASH_B, List.of(List.of(b), List.of(a)), true, false);
    assertCandidates(HASH_C, List.of(List.of(b), List.of(a)), false, false);
  }

  @Test
  void aRunOfTablesOfSeveralFlushesIsACandidateForTheKeysOfAll() {
    List<List<TableMeta>> runs = List.of(List.of(flush(1, HASH_A), flush(2, HASH_B)));
    assertCandidates(HASH_A, runs, true);
    assertCandidates(HASH_B, runs, true);
    assertCandidates(HASH_C, runs, false);
  }

  @Test
  void aTableThatWasNotFlushedHereIsAlwaysACandidate() {
    TableMeta known = flush(1, HASH_A);
    TableMeta unknown = table(2);
    assertCandidates(HASH_C, List.of(List.of(unknown), List.of(known)), true, false);
    assertCandidates(HASH_C, List.of(List.of(known, unknown)), true);
  }

  @Test
  void aMergeWithinLevelZeroHoldsTheKeysOfItsInputs() {
    TableMeta a = flush(1, HASH_A);
    TableMeta b = flush(2, HASH_B);
    TableMeta merged = table(3);
    filters.merged(List.of(b, a), List.of(merged));
    assertCandidates(HASH_A, List.of(List.of(merged)), true);
    assertCandidates(HASH_B, List.of(List.of(merged)), true);
    assertCandidates(HASH_C, List.of(List.of(merged)), false);
  }

  @Test
  void aMergeWithATableOfWhichNothingIsKnownIsAlwaysACandidate() {
    TableMeta merged = table(3);
    filters.merged(List.of(flush(1, HASH_A), table(2)), List.of(merged));
    assertCandidates(HASH_C, List.of(List.of(merged)), true);
  }

  @Test
  void aTableThatWasForgottenIsAlwaysACandidate() {
    TableMeta a = flush(1, HASH_A);
    filters.forget(a);
    assertCandidates(HASH_C, List.of(List.of(a)), true);
  }

  @Test
  void runsOfThreeFiltersAreKnownAndOlderOnesAreCandidates() {
    TableMeta oldest = flush(1, HASH_A);
    TableMeta third = flushAfterFilters(2, HASH_A);
    TableMeta second = flushAfterFilters(3, HASH_B);
    TableMeta newest = flushAfterFilters(4, HASH_C);
    List<List<TableMeta>> runs =
        List.of(List.of(newest), List.of(second), List.of(third), List.of(oldest));
    assertCandidates(HASH_A, runs, false, false, true, true);
    assertCandidates(HASH_B, runs, false, true, false, true);
    assertCandidates(HASH_C, runs, true, false, false, true);
  }

  @Test
  void anOldFilterTakesNoRoomAndItsTablesAreCandidatesForOldViews() {
    TableMeta oldest = flush(1, HASH_A);
    RunMasks before = filters.masks(List.of(List.of(oldest)));
    assertThat(before.mayHold(0, before.candidates(HASH_B))).isFalse();
    for (int i = 0; i < RunMasks.MAX_FILTERS; i++) {
      flushAfterFilters(2 + i, HASH_B);
    }
    assertThat(before.mayHold(0, before.candidates(HASH_A))).isTrue();
    assertThat(before.mayHold(0, before.candidates(HASH_B))).isTrue();
  }

  @Test
  void whatAFlushAddsLaterDoesNotChangeWhatAnOlderViewFinds() {
    TableMeta a = flush(1, HASH_A);
    RunMasks before = filters.masks(List.of(List.of(a)));
    flush(2, HASH_A, HASH_B, HASH_C);
    assertThat(before.mayHold(0, before.candidates(HASH_A))).isTrue();
    assertThat(before.mayHold(0, before.candidates(HASH_B))).isFalse();
  }

  private void assertCandidates(long hash, List<List<TableMeta>> runs, boolean... expected) {
    RunMasks masks = filters.masks(runs);
    assertThat(masks.runs()).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(masks.mayHold(i, masks.candidates(hash))).as("run %s", i).isEqualTo(expected[i]);
    }
  }

  private TableMeta flush(long number, long... hashes) {
    RunFilters.Flush flush = filters.begin(hashes.length);
    for (long hash : hashes) {
      flush.add(hash);
    }
    TableMeta table = table(number);
    flush.wrote(table);
    return table;
  }

  /** Uses up the bits of the filter that is in use. */
  private TableMeta flushAfterFilters(long number, long hash) {
    for (int i = 0; i < RunFilter.FLUSHES; i++) {
      filters.begin(1);
    }
    return flush(number, hash);
  }

  private static TableMeta table(long number) {
    return new TableMeta(number, 1_000, 10, 0, new byte[] {1}, new byte[] {2}, 0, 0);
  }
}

package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds that each anomaly is found, and named, in a history made by hand. */
final class ListHistoryTest {
  private static final int X = 0;
  private static final int Y = 1;

  private final List<ListTransaction> history = new ArrayList<>();

  /** Adds a transaction that overlaps all others, unless it is given moments. */
  private void add(Map<Integer, int[]> reads, Map<Integer, int[]> appends) {
    add(history.size(), 1_000 + history.size(), reads, appends);
  }

  private void add(
      long invoked, long returned, Map<Integer, int[]> reads, Map<Integer, int[]> appends) {
    history.add(new ListTransaction(invoked, returned, false, reads, appends));
  }

  private static int[] list(int... numbers) {
    return numbers;
  }

  private void finds(String anomaly) {
    assertThat(ListHistory.anomalies(history)).first().asString().startsWith(anomaly);
  }

  @Test
  void aSerialHistoryIsRight() {
    add(1, 2, Map.of(X, list()), Map.of(X, list(1), Y, list(2)));
    add(3, 4, Map.of(X, list(1)), Map.of(X, list(3, 4)));
    add(5, 6, Map.of(X, list(1, 3, 4), Y, list(2)), Map.of());
    assertThat(ListHistory.anomalies(history)).isEmpty();
  }

  @Test
  void readersThatOverlapMaySeeAnyMoment() {
    add(1, 9, Map.of(), Map.of(X, list(1), Y, list(2)));
    add(2, 8, Map.of(X, list(), Y, list()), Map.of());
    add(3, 7, Map.of(X, list(1), Y, list(2)), Map.of());
    assertThat(ListHistory.anomalies(history)).isEmpty();
  }

  @Test
  void g0WritesInTwoOrders() {
    add(Map.of(), Map.of(X, list(1), Y, list(2)));
    add(Map.of(), Map.of(X, list(3), Y, list(4)));
    add(Map.of(X, list(1, 3)), Map.of());
    add(Map.of(Y, list(4, 2)), Map.of());
    finds("G0");
  }

  @Test
  void g1aAReadOfWhatWasGivenUp() {
    history.add(new ListTransaction(1, 2, true, Map.of(), Map.of(X, list(1))));
    add(Map.of(X, list(1)), Map.of());
    finds("G1a");
  }

  @Test
  void g1bAReadOfWhatABatchReplaced() {
    add(Map.of(), Map.of(X, list(1, 2)));
    add(Map.of(X, list(1)), Map.of());
    add(Map.of(X, list(1, 2)), Map.of());
    finds("G1b");
  }

  @Test
  void g1cTwoThatReadEachOther() {
    add(Map.of(Y, list(2)), Map.of(X, list(1)));
    add(Map.of(X, list(1)), Map.of(Y, list(2)));
    finds("G1c");
  }

  @Test
  void gSingleHalfABatch() {
    add(Map.of(), Map.of(X, list(1), Y, list(2)));
    add(Map.of(X, list(1), Y, list()), Map.of());
    add(Map.of(X, list(1), Y, list(2)), Map.of());
    finds("G-single");
  }

  @Test
  void g2WriteSkew() {
    add(Map.of(X, list(), Y, list()), Map.of(X, list(1)));
    add(Map.of(X, list(), Y, list()), Map.of(Y, list(2)));
    add(Map.of(X, list(1), Y, list(2)), Map.of());
    finds("G2");
  }

  @Test
  void aLongFork() {
    add(Map.of(), Map.of(X, list(1)));
    add(Map.of(), Map.of(Y, list(2)));
    add(Map.of(X, list(1), Y, list()), Map.of());
    add(Map.of(X, list(), Y, list(2)), Map.of());
    add(Map.of(X, list(1), Y, list(2)), Map.of());
    finds("long fork");
  }

  @Test
  void aStaleRead() {
    add(1, 2, Map.of(), Map.of(X, list(1)));
    add(3, 4, Map.of(X, list()), Map.of());
    add(5, 6, Map.of(X, list(1)), Map.of());
    finds("real-time G-single");
  }

  @Test
  void aReadBeforeItsWrite() {
    add(1, 2, Map.of(X, list(1)), Map.of());
    add(3, 4, Map.of(), Map.of(X, list(1)));
    finds("real-time G1");
  }

  @Test
  void whatOneThreadSeesNeverRunsBack() {
    add(1, 9, Map.of(), Map.of(X, list(1)));
    add(2, 3, Map.of(X, list(1)), Map.of());
    add(4, 5, Map.of(X, list()), Map.of());
    finds("real-time G-single");
  }

  @Test
  void aLostUpdate() {
    add(Map.of(X, list()), Map.of(X, list(1)));
    add(Map.of(X, list()), Map.of(X, list(2)));
    add(Map.of(X, list(2)), Map.of());
    finds("lost update");
  }

  @Test
  void listsThatFork() {
    add(Map.of(), Map.of(X, list(1)));
    add(Map.of(), Map.of(X, list(2)));
    add(Map.of(X, list(1)), Map.of());
    add(Map.of(X, list(2, 1)), Map.of());
    finds("incompatible orders");
  }

  @Test
  void garbageAndDuplicates() {
    add(Map.of(X, list(7)), Map.of());
    finds("garbage");
    history.clear();
    add(Map.of(), Map.of(X, list(1)));
    add(Map.of(X, list(1, 1)), Map.of());
    finds("duplicate");
  }
}

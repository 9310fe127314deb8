package org.anvildb.repair;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.RepairReport;
import org.anvildb.api.RepairReport.Loss;
import org.anvildb.api.RepairReport.SavedKeyspace;

/** Adds up what a repair saves and loses. Not thread-safe. */
final class RepairTally {
  /** The most losses that are kept; a badly damaged file has one for each block. */
  private static final int MAX_LOSSES = 1_000;

  private final List<Loss> losses = new ArrayList<>();
  private final Set<String> doubts = new LinkedHashSet<>();
  private long lossCount;
  private long lostBytes;
  private long files;
  private long tables;
  private long blocks;
  private long tableEntries;
  private long hiddenEntries;
  private long records;
  private long operations;

  void lose(Loss loss) {
    lossCount++;
    lostBytes += loss.bytes();
    if (losses.size() < MAX_LOSSES) {
      losses.add(loss);
    }
  }

  /** Notes that a file is of no use. */
  void lose(String file, long bytes, AnvilException cause) {
    lose(
        cause instanceof CorruptionException corruption
            ? new Loss(file, corruption.offset(), bytes, corruption.problem())
            : new Loss(file, -1, bytes, String.valueOf(cause.getMessage())));
  }

  /** Notes what can't be known; the same once. */
  void doubt(String doubt) {
    doubts.add(doubt);
  }

  void files(long count) {
    files += count;
  }

  void table(long blocksRead) {
    tables += blocksRead > 0 ? 1 : 0;
    blocks += blocksRead;
  }

  void tableEntry() {
    tableEntries++;
  }

  /** Notes a live entry that a deletion hides of which it is only guessed that it is newer. */
  void hiddenEntry() {
    hiddenEntries++;
  }

  void record(long operationCount) {
    records++;
    operations += operationCount;
  }

  RepairReport report(List<SavedKeyspace> keyspaces) {
    if (hiddenEntries > 0) {
      doubt(
          hiddenEntries
              + (hiddenEntries == 1 ? " live entry" : " live entries")
              + " may be gone: deletions hide them that stand in tables whose age is guessed");
    }
    return new RepairReport(
        files,
        tables,
        blocks,
        tableEntries,
        records,
        operations,
        lossCount,
        lostBytes,
        losses,
        keyspaces,
        List.copyOf(doubts));
  }
}

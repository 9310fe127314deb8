package org.anvildb.engine;

import java.util.Arrays;
import org.anvildb.api.AnvilException;
import org.anvildb.api.VerifyReport;
import org.anvildb.table.Table;
import org.anvildb.table.VerifyTally;

/** The verification of an open database: all tables of one moment, while writes go on. */
final class LiveVerification {
  private LiveVerification() {}

  static VerifyReport run(Parts parts) {
    VerifyTally tally = new VerifyTally();
    ReadState state = parts.states().retained();
    try {
      for (KeyspaceView view : state.keyspaces()) {
        for (SortedRun run : view.runs()) {
          Arrays.stream(run.tables()).forEach(table -> verify(table, tally));
        }
      }
    } catch (IllegalStateException e) {
      parts.health().checkOpen();
      throw e;
    } finally {
      state.release();
    }
    return tally.report();
  }

  private static void verify(Table table, VerifyTally tally) {
    tally.file();
    try {
      table.verify(tally);
    } catch (AnvilException e) {
      tally.failure(table.meta().fileName(), e);
    }
  }
}

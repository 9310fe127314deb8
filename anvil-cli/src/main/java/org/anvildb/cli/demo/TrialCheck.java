package org.anvildb.cli.demo;

import java.util.Arrays;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.KeyRange;

/**
 * What a kill left of a round.
 *
 * @param found the whole batches that are there
 * @param lost the acknowledged batches that are not there, or not whole
 * @param torn the batches of which only a part is there
 * @param wrong the entries whose value is not what was written, and the batches before which one of
 *     the same writer is missing
 */
record TrialCheck(long found, long lost, long torn, long wrong) {
  /** Reads the round's entries in all keyspaces side by side. */
  static TrialCheck run(Database database, int round, long[] acknowledged) {
    KeyRange range = KeyRange.prefix(TrialBatch.prefix(round));
    long[] expected = new long[acknowledged.length];
    long found = 0;
    long foundAcknowledged = 0;
    long torn = 0;
    long wrong = 0;
    try (Cursor first = database.keyspace(TrialBatch.KEYSPACES[0]).cursor(range);
        Cursor second = database.keyspace(TrialBatch.KEYSPACES[1]).cursor(range)) {
      Cursor[] cursors = {first, second};
      boolean[] on = {first.next(), second.next()};
      while (on[0] || on[1]) {
        TrialBatch batch = TrialBatch.of(lowestKey(cursors, on));
        int entries = 0;
        for (int k = 0; k < cursors.length; k++) {
          for (;
              on[k] && TrialBatch.of(cursors[k].key()).equals(batch);
              on[k] = cursors[k].next()) {
            wrong += isRight(batch, k, cursors[k]) ? 0 : 1;
            entries++;
          }
        }
        if (entries != TrialBatch.ENTRIES || batch.writer() >= expected.length) {
          torn++;
        } else {
          found++;
          foundAcknowledged += batch.number() < acknowledged[batch.writer()] ? 1 : 0;
          wrong += batch.number() == expected[batch.writer()] ? 0 : 1;
          expected[batch.writer()] = batch.number() + 1;
        }
      }
    }
    long lost = Arrays.stream(acknowledged).sum() - foundAcknowledged;
    return new TrialCheck(found, lost, torn, wrong);
  }

  /** Tells whether nothing is missing, torn or wrong. */
  boolean isClean() {
    return lost == 0 && torn == 0 && wrong == 0;
  }

  private static byte[] lowestKey(Cursor[] cursors, boolean[] on) {
    if (!on[0] || !on[1]) {
      return cursors[on[0] ? 0 : 1].key();
    }
    byte[] a = cursors[0].key();
    byte[] b = cursors[1].key();
    return Arrays.compareUnsigned(a, b) <= 0 ? a : b;
  }

  private static boolean isRight(TrialBatch batch, int keyspace, Cursor cursor) {
    byte[] key = cursor.key();
    int index = key[key.length - 1] - '0';
    return index >= 0
        && index < TrialBatch.KEYS
        && Arrays.equals(key, batch.key(index))
        && Arrays.equals(cursor.value(), batch.value(keyspace, index));
  }
}

package org.anvildb.bench.workload;

import java.util.SplittableRandom;
import org.anvildb.bench.data.Sink;
import org.anvildb.bench.engine.Scan;
import org.anvildb.bench.engine.ScanForm;
import org.anvildb.bench.engine.Session;

/** The steps that read. Each checks that what it looks for is there, or is not. */
final class ReadSteps {
  /** How many entries a scan reads between two readings of the clock. */
  static final int STRETCH = 256;

  static final int NEXTS = 10;
  private static final int HOT_SHARE = 100;

  private ReadSteps() {}

  /** Entries drawn at random. */
  static Step random(Data data, Session session, int thread, int threads) {
    byte[] key = data.keys().newKey();
    SplittableRandom random = Data.random(thread);
    Sink sink = new Sink();
    return index -> expect(session.get(data.present(random.nextLong(data.entries()), key), sink));
  }

  /** Entries drawn at random from one in a hundred, which lie all over the store. */
  static Step hot(Data data, Session session, int thread, int threads) {
    byte[] key = data.keys().newKey();
    SplittableRandom random = Data.random(thread);
    Sink sink = new Sink();
    long hot = Math.max(1, data.entries() / HOT_SHARE);
    return index -> {
      long entry = data.order().apply(random.nextLong(hot));
      return expect(session.get(data.present(entry, key), sink));
    };
  }

  /** Keys that are absent and lie between those that are there. */
  static Step missing(Data data, Session session, int thread, int threads) {
    byte[] key = data.keys().newKey();
    SplittableRandom random = Data.random(thread);
    Sink sink = new Sink();
    return index -> expect(!session.get(data.absent(random.nextLong(data.entries()), key), sink));
  }

  /** A stretch of a scan that starts over when it comes to the end. */
  static StepMaker scan(ScanForm form) {
    return (data, session, thread, threads) -> {
      Scan scan = session.scan(form);
      Sink sink = new Sink();
      scan.rewind();
      return index -> {
        int count = scan.advance(STRETCH, sink);
        if (count == 0) {
          scan.rewind();
          count = scan.advance(STRETCH, sink);
          expect(count > 0);
        }
        return count;
      };
    };
  }

  /** Seeks a random entry with a cursor that stays open, reads it and moves on ten times. */
  static Step seek(Data data, Session session, int thread, int threads) {
    byte[] key = data.keys().newKey();
    SplittableRandom random = Data.random(thread);
    Sink sink = new Sink();
    Scan scan = session.scan(ScanForm.COPYING);
    return index -> {
      scan.seek(data.present(random.nextLong(data.entries()), key));
      return expect(scan.advance(NEXTS, sink) > 0);
    };
  }

  /** Returns 1, the count of an operation, if the store did what it should. */
  static int expect(boolean isRight) {
    if (!isRight) {
      throw new IllegalStateException(
          "the engine lost an entry, or found one that was never written");
    }
    return 1;
  }
}

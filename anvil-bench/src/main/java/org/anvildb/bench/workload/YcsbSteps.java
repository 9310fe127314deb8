package org.anvildb.bench.workload;

import java.util.SplittableRandom;
import org.anvildb.bench.data.Sink;
import org.anvildb.bench.data.ZipfSamples;
import org.anvildb.bench.engine.Scan;
import org.anvildb.bench.engine.ScanForm;
import org.anvildb.bench.engine.Session;

/**
 * The six core workloads of YCSB, with whole values in place of ten fields.
 *
 * <p>Items are numbered in the order of insertion: first the entries in the random order of the
 * fill, then what the workload inserts, which are the absent keys in the same order. So popular and
 * new items lie all over the store, as YCSB's hashed keys do.
 */
final class YcsbSteps {
  private static final int SAMPLES = 1 << 22;
  private static final int MAX_SCAN = 100;

  private YcsbSteps() {}

  /** What an operation does. */
  private enum Kind {
    UPDATE,
    INSERT,
    SCAN_OR_INSERT,
    MODIFY
  }

  static StepMaker a() {
    return mix(50, Kind.UPDATE, false);
  }

  static StepMaker b() {
    return mix(95, Kind.UPDATE, false);
  }

  static StepMaker c() {
    return mix(100, Kind.UPDATE, false);
  }

  static StepMaker d() {
    return mix(95, Kind.INSERT, true);
  }

  static StepMaker e() {
    return mix(95, Kind.SCAN_OR_INSERT, false);
  }

  static StepMaker f() {
    return mix(50, Kind.MODIFY, false);
  }

  private static StepMaker mix(int percent, Kind kind, boolean isLatest) {
    return (data, session, thread, threads) ->
        new YcsbStep(data, session, thread, threads, percent, kind, isLatest);
  }

  /** One thread's operations. Threads insert items of their own: every {@code threads}-th. */
  private static final class YcsbStep implements Step {
    private final Data data;
    private final Session session;
    private final int thread;
    private final int threads;
    private final int readPercent;
    private final Kind kind;
    private final boolean isLatest;
    private final byte[] key;
    private final byte[] value;
    private final SplittableRandom random;
    private final ZipfSamples zipf;
    private final Sink sink = new Sink();
    private long inserted;

    YcsbStep(
        Data data,
        Session session,
        int thread,
        int threads,
        int readPercent,
        Kind kind,
        boolean isLatest) {
      this.data = data;
      this.session = session;
      this.thread = thread;
      this.threads = threads;
      this.readPercent = readPercent;
      this.kind = kind;
      this.isLatest = isLatest;
      key = data.keys().newKey();
      value = data.values().newValue();
      random = Data.random(thread);
      int samples = (int) Math.min(SAMPLES, Long.highestOneBit(4 * data.entries()));
      zipf =
          new ZipfSamples(
              (int) data.entries(), ZipfSamples.YCSB_SKEW, Math.max(1 << 10, samples), thread);
    }

    @Override
    public int run(long index) {
      boolean isFirstKind = random.nextInt(100) < readPercent;
      if (kind == Kind.SCAN_OR_INSERT) {
        return isFirstKind ? scan() : insert();
      }
      if (isFirstKind) {
        return ReadSteps.expect(session.get(choose(), sink));
      }
      return switch (kind) {
        case UPDATE, SCAN_OR_INSERT -> update(index);
        case INSERT -> insert();
        case MODIFY -> {
          ReadSteps.expect(session.get(choose(), sink));
          session.put(key, data.values().write(sink.sum(), value));
          yield 1;
        }
      };
    }

    /** Picks a popular item, or a popular distance from the newest one. */
    private byte[] choose() {
      long rank = zipf.next();
      if (!isLatest) {
        return data.present(data.order().apply(rank), key);
      }
      return rank < inserted
          ? data.absent(insertedEntry(inserted - 1 - rank), key)
          : data.present(data.order().apply(data.entries() - 1 - (rank - inserted)), key);
    }

    private long insertedEntry(long count) {
      return data.order().apply((count * threads + thread) % data.entries());
    }

    private int update(long index) {
      session.put(choose(), data.values().write(index, value));
      return 1;
    }

    private int insert() {
      session.put(data.absent(insertedEntry(inserted), key), data.values().write(inserted, value));
      inserted++;
      return 1;
    }

    private int scan() {
      try (Scan scan = session.scan(ScanForm.COPYING)) {
        scan.seek(choose());
        return ReadSteps.expect(scan.advance(1 + random.nextInt(MAX_SCAN), sink) > 0);
      }
    }
  }
}

package org.anvildb.bench.workload;

import java.util.SplittableRandom;
import org.anvildb.bench.data.KeyPermutation;
import org.anvildb.bench.engine.Session;

/** The steps that write. Salts of values differ between workloads, so that bytes do change. */
final class WriteSteps {
  static final int BATCH = 1000;
  static final int CHURN_BATCH = 100;
  private static final long OVERWRITE_SALT = 1L << 40;

  private WriteSteps() {}

  /** Every entry once, in the order of the keys. */
  static Step sequential(Data data, Session session, int thread, int threads) {
    byte[] key = data.keys().newKey();
    byte[] value = data.values().newValue();
    return index -> {
      long entry = (index * threads + thread) % data.entries();
      session.put(data.present(entry, key), data.values().write(entry, value));
      return 1;
    };
  }

  /** Every entry once, in the random order. */
  static Step shuffled(Data data, Session session, int thread, int threads) {
    byte[] key = data.keys().newKey();
    byte[] value = data.values().newValue();
    return index -> {
      long entry = data.order().apply((index * threads + thread) % data.entries());
      session.put(data.present(entry, key), data.values().write(entry, value));
      return 1;
    };
  }

  /** Every entry once, in the random order, a thousand in a batch. */
  static Step batches(Data data, Session session, int thread, int threads) {
    int size = (int) Math.min(BATCH, data.entries());
    byte[][] keys = new byte[size][];
    byte[][] values = new byte[size][];
    allocate(data, keys, values);
    return index -> {
      for (int i = 0; i < size; i++) {
        long entry = data.order().apply((index * size + i) % data.entries());
        data.present(entry, keys[i]);
        data.values().write(entry, values[i]);
      }
      session.putBatch(keys, values);
      return size;
    };
  }

  /** Entries drawn at random, again and again. */
  static Step overwrite(Data data, Session session, int thread, int threads) {
    byte[] key = data.keys().newKey();
    byte[] value = data.values().newValue();
    SplittableRandom random = Data.random(thread);
    return index -> {
      long entry = random.nextLong(data.entries());
      session.put(data.present(entry, key), data.values().write(OVERWRITE_SALT + index, value));
      return 1;
    };
  }

  /** Every entry once a pass, each pass in another order, a hundred in a batch. */
  static Step churn(Data data, Session session, int thread, int threads) {
    int size = (int) Math.min(CHURN_BATCH, data.entries());
    byte[][] keys = new byte[size][];
    byte[][] values = new byte[size][];
    allocate(data, keys, values);
    return new Step() {
      private long pass = -1;
      private KeyPermutation order = data.order();

      @Override
      public int run(long index) {
        for (int i = 0; i < size; i++) {
          long at = index * size + i;
          if (at / data.entries() != pass) {
            pass = at / data.entries();
            order = new KeyPermutation(data.entries(), OVERWRITE_SALT + pass);
          }
          data.present(order.apply(at % data.entries()), keys[i]);
          data.values().write(OVERWRITE_SALT + at, values[i]);
        }
        session.putBatch(keys, values);
        return size;
      }
    };
  }

  /** Every entry once, in the order of the keys. */
  static Step delete(Data data, Session session, int thread, int threads) {
    byte[] key = data.keys().newKey();
    return index -> {
      session.delete(data.present(index % data.entries(), key));
      return 1;
    };
  }

  private static void allocate(Data data, byte[][] keys, byte[][] values) {
    for (int i = 0; i < keys.length; i++) {
      keys[i] = data.keys().newKey();
      values[i] = data.values().newValue();
    }
  }
}

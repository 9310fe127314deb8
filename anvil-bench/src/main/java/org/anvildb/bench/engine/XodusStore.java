package org.anvildb.bench.engine;

import java.nio.file.Path;
import jetbrains.exodus.ArrayByteIterable;
import jetbrains.exodus.ByteIterable;
import jetbrains.exodus.env.Cursor;
import jetbrains.exodus.env.Environment;
import jetbrains.exodus.env.EnvironmentConfig;
import jetbrains.exodus.env.Environments;
import jetbrains.exodus.env.StoreConfig;
import jetbrains.exodus.env.Transaction;
import org.anvildb.bench.data.Sink;
import org.jspecify.annotations.Nullable;

/** Xodus: a tree in an append-only log that is cleaned in the background. */
final class XodusStore implements Store {
  private final Environment env;
  private final jetbrains.exodus.env.Store store;

  XodusStore(Path directory, StoreOptions options) {
    EnvironmentConfig config = new EnvironmentConfig().setLogDurableWrite(options.sync());
    env = Environments.newInstance(directory.toFile(), config);
    store =
        env.computeInTransaction(
            txn -> env.openStore("map", StoreConfig.WITHOUT_DUPLICATES_WITH_PREFIXING, txn));
  }

  @Override
  public Session session() {
    return new XodusSession(env, store);
  }

  @Override
  public void settle() {}

  @Override
  public void compact() {
    throw new UnsupportedOperationException("Xodus compacts in the background alone");
  }

  @Override
  public void close() {
    env.close();
  }

  private static byte[] copy(ByteIterable bytes) {
    byte[] copy = new byte[bytes.getLength()];
    System.arraycopy(bytes.getBytesUnsafe(), 0, copy, 0, copy.length);
    return copy;
  }

  /** A transaction for each call. */
  private static final class XodusSession implements Session {
    private final Environment env;
    private final jetbrains.exodus.env.Store store;
    private @Nullable XodusScan scan;

    XodusSession(Environment env, jetbrains.exodus.env.Store store) {
      this.env = env;
      this.store = store;
    }

    @Override
    public void put(byte[] key, byte[] value) {
      ArrayByteIterable newKey = new ArrayByteIterable(key.clone());
      ArrayByteIterable newValue = new ArrayByteIterable(value.clone());
      env.executeInTransaction(txn -> store.put(txn, newKey, newValue));
    }

    @Override
    public void putBatch(byte[][] keys, byte[][] values) {
      env.executeInTransaction(txn -> {
        for (int i = 0; i < keys.length; i++) {
          store.put(
              txn,
              new ArrayByteIterable(keys[i].clone()),
              new ArrayByteIterable(values[i].clone()));
        }
      });
    }

    @Override
    public void delete(byte[] key) {
      env.executeInTransaction(txn -> store.delete(txn, new ArrayByteIterable(key.clone())));
    }

    @Override
    public boolean get(byte[] key, Sink sink) {
      Transaction txn = env.beginReadonlyTransaction();
      try {
        ByteIterable value = store.get(txn, new ArrayByteIterable(key));
        if (value == null) {
          return false;
        }
        sink.fold(copy(value));
        return true;
      } finally {
        txn.abort();
      }
    }

    @Override
    public byte @Nullable [] firstKey() {
      Transaction txn = env.beginReadonlyTransaction();
      try (Cursor cursor = store.openCursor(txn)) {
        return cursor.getNext() ? copy(cursor.getKey()) : null;
      } finally {
        txn.abort();
      }
    }

    @Override
    public Scan scan(ScanForm form) {
      XodusScan opened =
          new XodusScan(store, env.beginReadonlyTransaction(), form == ScanForm.REVERSE);
      scan = opened;
      return opened;
    }

    @Override
    public void close() {
      if (scan != null && !scan.txn.isFinished()) {
        scan.close();
      }
    }
  }

  /** A cursor in a transaction of its own. */
  private static final class XodusScan implements Scan {
    private final jetbrains.exodus.env.Store store;
    private final Transaction txn;
    private final boolean isReverse;
    private Cursor cursor;
    private boolean isOnUnread;

    XodusScan(jetbrains.exodus.env.Store store, Transaction txn, boolean isReverse) {
      this.store = store;
      this.txn = txn;
      this.isReverse = isReverse;
      cursor = store.openCursor(txn);
    }

    @Override
    public void rewind() {
      cursor.close();
      cursor = store.openCursor(txn);
      isOnUnread = isReverse ? cursor.getLast() : cursor.getNext();
    }

    @Override
    public void seek(byte[] key) {
      isOnUnread = cursor.getSearchKeyRange(new ArrayByteIterable(key.clone())) != null;
    }

    @Override
    public int advance(int limit, Sink sink) {
      int count = 0;
      while (count < limit && isOnUnread) {
        sink.fold(copy(cursor.getKey()));
        sink.fold(copy(cursor.getValue()));
        count++;
        isOnUnread = isReverse ? cursor.getPrev() : cursor.getNext();
      }
      return count;
    }

    @Override
    public void close() {
      cursor.close();
      txn.abort();
    }
  }
}

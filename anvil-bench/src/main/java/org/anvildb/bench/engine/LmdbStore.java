package org.anvildb.bench.engine;

import static org.lmdbjava.EnvFlags.MDB_NOSYNC;
import static org.lmdbjava.EnvFlags.MDB_NOTLS;
import static org.lmdbjava.EnvFlags.MDB_WRITEMAP;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.anvildb.bench.data.Sink;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/** LMDB: a mapped B+ tree with one writer, and readers that are transactions. */
final class LmdbStore implements Store {
  private static final int MAX_READERS = 126;

  /** Room for half-filled pages, copies on write and what is added to the first fill. */
  private static final int ROOM_FACTOR = 8;

  private static final long ROOM_BYTES = 1L << 30;

  private final Env<ByteBuffer> env;
  private final Dbi<ByteBuffer> dbi;
  private final boolean isSync;

  LmdbStore(Path directory, StoreOptions options) {
    isSync = options.sync();
    EnvFlags[] flags =
        isSync
            ? new EnvFlags[] {MDB_WRITEMAP, MDB_NOTLS}
            : new EnvFlags[] {MDB_WRITEMAP, MDB_NOSYNC, MDB_NOTLS};
    env =
        Env.create()
            .setMapSize(ROOM_BYTES + ROOM_FACTOR * options.rawBytes())
            .setMaxDbs(1)
            .setMaxReaders(MAX_READERS)
            .open(directory.toFile(), flags);
    dbi = env.openDbi((byte[]) null, DbiFlags.MDB_CREATE);
  }

  @Override
  public Session session() {
    return new LmdbSession(env, dbi);
  }

  /** There is no background work; what is dirty is written, as for the others. */
  @Override
  public void settle() {
    env.sync(true);
  }

  @Override
  public void compact() {
    throw new UnsupportedOperationException("LMDB compacts only into a copy");
  }

  @Override
  public void close() {
    env.sync(true);
    env.close();
  }

  /** One thread's buffers and its read transaction, reset between reads. */
  private static final class LmdbSession implements Session {
    private static final int KEY_ROOM = 511;
    private static final int VALUE_ROOM = 1 << 20;

    private final Env<ByteBuffer> env;
    private final Dbi<ByteBuffer> dbi;
    private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(KEY_ROOM);
    private final ByteBuffer valueBuffer = ByteBuffer.allocateDirect(VALUE_ROOM);
    private final Txn<ByteBuffer> read;
    private final Cursor<ByteBuffer> cursor;

    LmdbSession(Env<ByteBuffer> env, Dbi<ByteBuffer> dbi) {
      this.env = env;
      this.dbi = dbi;
      read = env.txnRead();
      cursor = dbi.openCursor(read);
      read.reset();
    }

    private ByteBuffer key(byte[] key) {
      return keyBuffer.clear().put(key).flip();
    }

    private ByteBuffer value(byte[] value) {
      return valueBuffer.clear().put(value).flip();
    }

    @Override
    public void put(byte[] key, byte[] value) {
      try (Txn<ByteBuffer> write = env.txnWrite()) {
        dbi.put(write, key(key), value(value));
        write.commit();
      }
    }

    @Override
    public void putBatch(byte[][] keys, byte[][] values) {
      try (Txn<ByteBuffer> write = env.txnWrite()) {
        for (int i = 0; i < keys.length; i++) {
          dbi.put(write, key(keys[i]), value(values[i]));
        }
        write.commit();
      }
    }

    @Override
    public void delete(byte[] key) {
      try (Txn<ByteBuffer> write = env.txnWrite()) {
        dbi.delete(write, key(key));
        write.commit();
      }
    }

    @Override
    public boolean get(byte[] key, Sink sink) {
      read.renew();
      try {
        ByteBuffer found = dbi.get(read, key(key));
        if (found == null) {
          return false;
        }
        sink.fold(copy(found));
        return true;
      } finally {
        read.reset();
      }
    }

    @Override
    public byte @Nullable [] firstKey() {
      read.renew();
      try {
        cursor.renew(read);
        return cursor.first() ? copy(cursor.key()) : null;
      } finally {
        read.reset();
      }
    }

    @Override
    public Scan scan(ScanForm form) {
      read.renew();
      cursor.renew(read);
      return new LmdbScan(read, cursor, form, keyBuffer);
    }

    @Override
    public void close() {
      cursor.close();
      read.close();
    }
  }

  private static byte[] copy(ByteBuffer buffer) {
    byte[] copy = new byte[buffer.remaining()];
    buffer.get(buffer.position(), copy);
    return copy;
  }

  /** The session's cursor, within its renewed transaction. */
  private static final class LmdbScan implements Scan {
    private final Txn<ByteBuffer> read;
    private final Cursor<ByteBuffer> cursor;
    private final ScanForm form;
    private final ByteBuffer keyBuffer;
    private boolean isOnUnread;

    LmdbScan(Txn<ByteBuffer> read, Cursor<ByteBuffer> cursor, ScanForm form, ByteBuffer keyBuffer) {
      this.read = read;
      this.cursor = cursor;
      this.form = form;
      this.keyBuffer = keyBuffer;
    }

    @Override
    public void rewind() {
      isOnUnread = form == ScanForm.REVERSE ? cursor.last() : cursor.first();
    }

    @Override
    public void seek(byte[] key) {
      isOnUnread = cursor.get(keyBuffer.clear().put(key).flip(), GetOp.MDB_SET_RANGE);
    }

    @Override
    public int advance(int limit, Sink sink) {
      int count = 0;
      while (count < limit && isOnUnread) {
        if (form == ScanForm.IN_PLACE) {
          sink.fold(cursor.key());
          sink.fold(cursor.val());
        } else {
          sink.fold(copy(cursor.key()));
          sink.fold(copy(cursor.val()));
        }
        count++;
        isOnUnread = form == ScanForm.REVERSE ? cursor.prev() : cursor.next();
      }
      return count;
    }

    @Override
    public void close() {
      read.reset();
    }
  }
}

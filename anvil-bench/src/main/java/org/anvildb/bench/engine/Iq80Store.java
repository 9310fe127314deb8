package org.anvildb.bench.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.anvildb.bench.data.Sink;
import org.iq80.leveldb.CompressionType;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.DBIterator;
import org.iq80.leveldb.Options;
import org.iq80.leveldb.WriteBatch;
import org.iq80.leveldb.WriteOptions;
import org.iq80.leveldb.impl.Iq80DBFactory;
import org.jspecify.annotations.Nullable;

/** The Java port of LevelDB. It knows no LZ4 and cannot tell whether it is idle. */
final class Iq80Store implements Store {
  private static final int BUFFER_BYTES = 64 << 20;
  private static final long CACHE_BYTES = 512L << 20;

  private final DB db;
  private final WriteOptions writeOptions;

  Iq80Store(Path directory, StoreOptions options) {
    if (options.lz4()) {
      throw new UnsupportedOperationException("iq80 has no LZ4");
    }
    writeOptions = new WriteOptions().sync(options.sync());
    try {
      db =
          Iq80DBFactory.factory.open(
              directory.toFile(),
              new Options()
                  .createIfMissing(true)
                  .writeBufferSize(BUFFER_BYTES)
                  .cacheSize(CACHE_BYTES)
                  .compressionType(CompressionType.NONE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Session session() {
    return new Iq80Session(db, writeOptions);
  }

  @Override
  public void settle() {}

  @Override
  public void compact() {
    db.compactRange(new byte[0], new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff});
  }

  @Override
  public void close() {
    try {
      db.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The store does the same for every thread. */
  private static final class Iq80Session implements Session {
    private final DB db;
    private final WriteOptions writeOptions;
    private @Nullable Scan scan;

    Iq80Session(DB db, WriteOptions writeOptions) {
      this.db = db;
      this.writeOptions = writeOptions;
    }

    @Override
    public void put(byte[] key, byte[] value) {
      db.put(key.clone(), value.clone(), writeOptions);
    }

    @Override
    public void putBatch(byte[][] keys, byte[][] values) {
      try (WriteBatch batch = db.createWriteBatch()) {
        for (int i = 0; i < keys.length; i++) {
          batch.put(keys[i].clone(), values[i].clone());
        }
        db.write(batch, writeOptions);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void delete(byte[] key) {
      db.delete(key.clone(), writeOptions);
    }

    @Override
    public boolean get(byte[] key, Sink sink) {
      byte[] value = db.get(key);
      if (value == null) {
        return false;
      }
      sink.fold(value);
      return true;
    }

    @Override
    public byte @Nullable [] firstKey() {
      try (DBIterator iterator = db.iterator()) {
        iterator.seekToFirst();
        return iterator.hasNext() ? iterator.next().getKey() : null;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Scan scan(ScanForm form) {
      if (form == ScanForm.REVERSE) {
        throw new UnsupportedOperationException("iq80 cannot go backward");
      }
      Scan opened = new Iq80Scan(db.iterator());
      scan = opened;
      return opened;
    }

    @Override
    public void close() {
      if (scan != null) {
        scan.close();
      }
    }
  }

  /** An iterator of the store. */
  private static final class Iq80Scan implements Scan {
    private final DBIterator iterator;

    Iq80Scan(DBIterator iterator) {
      this.iterator = iterator;
    }

    @Override
    public void rewind() {
      iterator.seekToFirst();
    }

    @Override
    public void seek(byte[] key) {
      iterator.seek(key.clone());
    }

    @Override
    public int advance(int limit, Sink sink) {
      int count = 0;
      while (count < limit && iterator.hasNext()) {
        Map.Entry<byte[], byte[]> entry = iterator.next();
        sink.fold(entry.getKey());
        sink.fold(entry.getValue());
        count++;
      }
      return count;
    }

    @Override
    public void close() {
      try {
        iterator.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}

package org.anvildb.bench.engine;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.anvildb.bench.data.Sink;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.Filter;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB, plain or tuned: tuned reads through maps and into buffers that are reused. */
final class RocksStore implements Store {
  private static final long CACHE_BYTES = 512L << 20;
  private static final long BUFFER_BYTES = 64L << 20;
  private static final int BLOOM_BITS = 10;
  private static final int BACKGROUND_JOBS = 2;
  private static final double HASH_RATIO = 0.75;
  private static final String[] BACKGROUND_WORK = {
    "rocksdb.mem-table-flush-pending",
    "rocksdb.num-running-flushes",
    "rocksdb.compaction-pending",
    "rocksdb.num-running-compactions"
  };

  static {
    RocksDB.loadLibrary();
  }

  private final Cache cache = new LRUCache(CACHE_BYTES);
  private final Filter filter = new BloomFilter(BLOOM_BITS);
  private final Options options = new Options();
  private final WriteOptions writeOptions = new WriteOptions();
  private final ReadOptions readOptions = new ReadOptions();
  private final RocksDB db;
  private final boolean isTuned;

  RocksStore(Path directory, StoreOptions asked, boolean isTuned) {
    this.isTuned = isTuned;
    BlockBasedTableConfig table =
        new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(filter);
    options
        .setCreateIfMissing(true)
        .setWriteBufferSize(BUFFER_BYTES)
        .setMaxBackgroundJobs(BACKGROUND_JOBS)
        .setCompressionType(
            asked.lz4() ? CompressionType.LZ4_COMPRESSION : CompressionType.NO_COMPRESSION);
    if (isTuned) {
      options.setAllowMmapReads(true);
      table
          .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
          .setDataBlockHashTableUtilRatio(HASH_RATIO);
    }
    options.setTableFormatConfig(table);
    writeOptions.setSync(asked.sync());
    try {
      db = RocksDB.open(options, directory.toString());
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Session session() {
    return new RocksSession(db, readOptions, writeOptions, isTuned);
  }

  @Override
  public void settle() {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      db.flush(flush);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
    Idle.await(this::isIdle);
  }

  private boolean isIdle() {
    try {
      for (String property : BACKGROUND_WORK) {
        if (db.getLongProperty(property) != 0) {
          return false;
        }
      }
      return true;
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void compact() {
    try {
      db.compactRange();
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    db.close();
    readOptions.close();
    writeOptions.close();
    options.close();
    filter.close();
    cache.close();
  }

  /** One thread's batch, iterator and buffers. */
  private static final class RocksSession implements Session {
    private static final int KEY_ROOM = 1 << 10;
    private static final int VALUE_ROOM = 1 << 20;

    private final RocksDB db;
    private final ReadOptions readOptions;
    private final WriteOptions writeOptions;
    private final boolean isTuned;
    private final WriteBatch batch = new WriteBatch();
    private final byte[] keyRoom = new byte[KEY_ROOM];
    private final byte[] valueRoom = new byte[VALUE_ROOM];
    private @Nullable RocksIterator first;
    private @Nullable Scan scan;

    RocksSession(RocksDB db, ReadOptions reads, WriteOptions writes, boolean isTuned) {
      this.db = db;
      this.readOptions = reads;
      this.writeOptions = writes;
      this.isTuned = isTuned;
    }

    @Override
    public void put(byte[] key, byte[] value) {
      try {
        db.put(writeOptions, key, value);
      } catch (RocksDBException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void putBatch(byte[][] keys, byte[][] values) {
      try {
        batch.clear();
        for (int i = 0; i < keys.length; i++) {
          batch.put(keys[i], values[i]);
        }
        db.write(writeOptions, batch);
      } catch (RocksDBException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void delete(byte[] key) {
      try {
        db.delete(writeOptions, key);
      } catch (RocksDBException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public boolean get(byte[] key, Sink sink) {
      try {
        return isTuned ? getIntoRoom(key, sink) : getNew(key, sink);
      } catch (RocksDBException e) {
        throw new IllegalStateException(e);
      }
    }

    private boolean getIntoRoom(byte[] key, Sink sink) throws RocksDBException {
      int length = db.get(readOptions, key, valueRoom);
      if (length == RocksDB.NOT_FOUND) {
        return false;
      }
      sink.fold(valueRoom, Math.min(length, VALUE_ROOM));
      return true;
    }

    private boolean getNew(byte[] key, Sink sink) throws RocksDBException {
      byte[] value = db.get(readOptions, key);
      if (value == null) {
        return false;
      }
      sink.fold(value);
      return true;
    }

    /** Refreshes one iterator each time: cheaper than a new one. */
    @Override
    public byte @Nullable [] firstKey() {
      RocksIterator iterator = first;
      if (iterator == null) {
        iterator = db.newIterator(readOptions);
        first = iterator;
      } else {
        try {
          iterator.refresh();
        } catch (RocksDBException e) {
          throw new IllegalStateException(e);
        }
      }
      iterator.seekToFirst();
      return iterator.isValid() ? iterator.key() : null;
    }

    @Override
    public Scan scan(ScanForm form) {
      RocksIterator iterator = db.newIterator(readOptions);
      Scan opened = newScan(iterator, form);
      scan = opened;
      return opened;
    }

    private Scan newScan(RocksIterator iterator, ScanForm form) {
      if (form == ScanForm.IN_PLACE) {
        return new RocksBufferScan(iterator, KEY_ROOM, VALUE_ROOM);
      }
      return isTuned
          ? new RocksRoomScan(iterator, form, keyRoom, valueRoom)
          : new RocksCopyScan(iterator, form);
    }

    @Override
    public void close() {
      if (scan != null) {
        scan.close();
      }
      if (first != null) {
        first.close();
      }
      batch.close();
    }
  }

  /** What the three forms of reading share: the way of the iterator. */
  private abstract static class RocksScan implements Scan {
    final RocksIterator iterator;
    final boolean isBackward;

    RocksScan(RocksIterator iterator, ScanForm form) {
      this.iterator = iterator;
      this.isBackward = form == ScanForm.REVERSE;
    }

    @Override
    public void rewind() {
      if (isBackward) {
        iterator.seekToLast();
      } else {
        iterator.seekToFirst();
      }
    }

    @Override
    public void seek(byte[] key) {
      iterator.seek(key);
    }

    @Override
    public int advance(int limit, Sink sink) {
      int count = 0;
      while (count < limit && iterator.isValid()) {
        read(sink);
        count++;
        if (isBackward) {
          iterator.prev();
        } else {
          iterator.next();
        }
      }
      return count;
    }

    abstract void read(Sink sink);

    @Override
    public void close() {
      iterator.close();
    }
  }

  /** A new array for each key and value. */
  private static final class RocksCopyScan extends RocksScan {
    RocksCopyScan(RocksIterator iterator, ScanForm form) {
      super(iterator, form);
    }

    @Override
    void read(Sink sink) {
      sink.fold(iterator.key());
      sink.fold(iterator.value());
    }
  }

  /** The session's two arrays for all keys and values. */
  private static final class RocksRoomScan extends RocksScan {
    private final byte[] key;
    private final byte[] value;

    RocksRoomScan(RocksIterator iterator, ScanForm form, byte[] key, byte[] value) {
      super(iterator, form);
      this.key = key;
      this.value = value;
    }

    @Override
    void read(Sink sink) {
      sink.fold(key, Math.min(iterator.key(key), key.length));
      sink.fold(value, Math.min(iterator.value(value), value.length));
    }
  }

  /** The same two direct buffers: what comes nearest to reading in place. */
  private static final class RocksBufferScan extends RocksScan {
    private final ByteBuffer key;
    private final ByteBuffer value;

    RocksBufferScan(RocksIterator iterator, int keyRoom, int valueRoom) {
      super(iterator, ScanForm.IN_PLACE);
      key = ByteBuffer.allocateDirect(keyRoom);
      value = ByteBuffer.allocateDirect(valueRoom);
    }

    @Override
    void read(Sink sink) {
      key.clear();
      iterator.key(key);
      sink.fold(key);
      value.clear();
      iterator.value(value);
      sink.fold(value);
    }
  }
}

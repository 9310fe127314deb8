package org.anvildb.bench.engine;

import java.nio.file.Path;
import java.util.Arrays;
import org.anvildb.bench.data.Sink;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.jspecify.annotations.Nullable;

/** H2's MVStore: a copy-on-write B-tree in the heap that is written out once a second. */
final class MvStore implements Store {
  private static final int CACHE_MB = 256;
  private static final int COMPACT_MILLIS = 60_000;

  private final MVStore store;
  private final MVMap<byte[], byte[]> map;
  private final boolean isSync;

  MvStore(Path directory, StoreOptions options) {
    isSync = options.sync();
    MVStore.Builder builder =
        new MVStore.Builder().fileName(directory.resolve("data.mv").toString()).cacheSize(CACHE_MB);
    store = (options.lz4() ? builder.compress() : builder).open();
    map =
        store.openMap(
            "map",
            new MVMap.Builder<byte[], byte[]>()
                .keyType(UnsignedBytes.INSTANCE)
                .valueType(UnsignedBytes.INSTANCE));
  }

  @Override
  public Session session() {
    return new MvSession(store, map, isSync);
  }

  @Override
  public void settle() {
    store.commit();
    store.sync();
  }

  @Override
  public void compact() {
    store.compactFile(COMPACT_MILLIS);
  }

  @Override
  public void close() {
    store.close();
  }

  /** Arrays that are passed in are cloned, since the map keeps them; what it returns is its own. */
  private static final class MvSession implements Session {
    private final MVStore store;
    private final MVMap<byte[], byte[]> map;
    private final boolean isSync;

    MvSession(MVStore store, MVMap<byte[], byte[]> map, boolean isSync) {
      this.store = store;
      this.map = map;
      this.isSync = isSync;
    }

    @Override
    public void put(byte[] key, byte[] value) {
      map.put(key.clone(), value.clone());
      if (isSync) {
        store.commit();
        store.sync();
      }
    }

    @Override
    public void putBatch(byte[][] keys, byte[][] values) {
      for (int i = 0; i < keys.length; i++) {
        map.put(keys[i].clone(), values[i].clone());
      }
    }

    @Override
    public void delete(byte[] key) {
      map.remove(key);
    }

    @Override
    public boolean get(byte[] key, Sink sink) {
      byte[] value = map.get(key);
      if (value == null) {
        return false;
      }
      sink.fold(value);
      return true;
    }

    @Override
    public byte @Nullable [] firstKey() {
      return map.firstKey();
    }

    @Override
    public Scan scan(ScanForm form) {
      return new MvScan(map, form == ScanForm.REVERSE);
    }

    @Override
    public void close() {}
  }

  /** A cursor of the map, opened where the scan starts. */
  private static final class MvScan implements Scan {
    private final MVMap<byte[], byte[]> map;
    private final boolean isReverse;
    private Cursor<byte[], byte[]> cursor;

    MvScan(MVMap<byte[], byte[]> map, boolean isReverse) {
      this.map = map;
      this.isReverse = isReverse;
      cursor = open(null);
    }

    private Cursor<byte[], byte[]> open(byte @Nullable [] from) {
      return map.cursor(from, null, isReverse);
    }

    @Override
    public void rewind() {
      cursor = open(null);
    }

    @Override
    public void seek(byte[] key) {
      cursor = open(key);
    }

    @Override
    public int advance(int limit, Sink sink) {
      int count = 0;
      while (count < limit && cursor.hasNext()) {
        sink.fold(cursor.next());
        sink.fold(cursor.getValue());
        count++;
      }
      return count;
    }

    @Override
    public void close() {}
  }

  /** Byte arrays in unsigned order; the type that comes with MVStore compares them signed. */
  private static final class UnsignedBytes extends BasicDataType<byte[]> {
    static final UnsignedBytes INSTANCE = new UnsignedBytes();

    private static final int ARRAY_OVERHEAD_BYTES = 24;

    @Override
    public int compare(byte[] a, byte[] b) {
      return Arrays.compareUnsigned(a, b);
    }

    @Override
    public int getMemory(byte[] bytes) {
      return ARRAY_OVERHEAD_BYTES + bytes.length;
    }

    @Override
    public void write(WriteBuffer target, byte[] bytes) {
      target.putVarInt(bytes.length).put(bytes);
    }

    @Override
    public byte[] read(java.nio.ByteBuffer source) {
      byte[] bytes = new byte[DataUtils.readVarInt(source)];
      source.get(bytes);
      return bytes;
    }

    @Override
    public byte[][] createStorage(int size) {
      return new byte[size][];
    }
  }
}

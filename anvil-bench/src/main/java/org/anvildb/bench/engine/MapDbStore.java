package org.anvildb.bench.engine;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import org.anvildb.bench.data.Sink;
import org.jspecify.annotations.Nullable;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.Serializer;

/** MapDB: a B-tree in a mapped file, without the transactions that would make it crash-safe. */
final class MapDbStore implements Store {
  private static final long GROW_BYTES = 64L << 20;

  private final DB db;
  private final BTreeMap<byte[], byte[]> map;
  private final boolean isSync;

  MapDbStore(Path directory, StoreOptions options) {
    isSync = options.sync();
    db =
        DBMaker.fileDB(directory.resolve("data.mapdb").toFile())
            .fileMmapEnableIfSupported()
            .fileMmapPreclearDisable()
            .allocateIncrement(GROW_BYTES)
            .checksumHeaderBypass()
            .make();
    map =
        db.treeMap("map")
            .keySerializer(Serializer.BYTE_ARRAY)
            .valueSerializer(Serializer.BYTE_ARRAY)
            .createOrOpen();
  }

  @Override
  public Session session() {
    return new MapDbSession(db, map, isSync);
  }

  @Override
  public void settle() {
    db.commit();
  }

  @Override
  public void compact() {
    db.getStore().compact();
  }

  @Override
  public void close() {
    db.close();
  }

  /** The map does the same for every thread. */
  private static final class MapDbSession implements Session {
    private final DB db;
    private final BTreeMap<byte[], byte[]> map;
    private final boolean isSync;

    MapDbSession(DB db, BTreeMap<byte[], byte[]> map, boolean isSync) {
      this.db = db;
      this.map = map;
      this.isSync = isSync;
    }

    @Override
    public void put(byte[] key, byte[] value) {
      map.put(key.clone(), value.clone());
      if (isSync) {
        db.commit();
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
      Iterator<byte[]> keys = map.keyIterator();
      return keys.hasNext() ? keys.next() : null;
    }

    @Override
    public Scan scan(ScanForm form) {
      return new MapDbScan(map, form == ScanForm.REVERSE);
    }

    @Override
    public void close() {}
  }

  /** An iterator of the map, opened where the scan starts. */
  private static final class MapDbScan implements Scan {
    private final BTreeMap<byte[], byte[]> map;
    private final boolean isReverse;
    private Iterator<Map.Entry<byte[], byte[]>> entries;

    MapDbScan(BTreeMap<byte[], byte[]> map, boolean isReverse) {
      this.map = map;
      this.isReverse = isReverse;
      entries = open();
    }

    private Iterator<Map.Entry<byte[], byte[]>> open() {
      return isReverse ? map.descendingEntryIterator() : map.entryIterator();
    }

    @Override
    public void rewind() {
      entries = open();
    }

    @Override
    public void seek(byte[] key) {
      entries = map.entryIterator(key.clone(), true, null, false);
    }

    @Override
    public int advance(int limit, Sink sink) {
      int count = 0;
      while (count < limit && entries.hasNext()) {
        Map.Entry<byte[], byte[]> entry = entries.next();
        sink.fold(entry.getKey());
        sink.fold(entry.getValue());
        count++;
      }
      return count;
    }

    @Override
    public void close() {}
  }
}

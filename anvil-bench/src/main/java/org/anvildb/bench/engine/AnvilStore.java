package org.anvildb.bench.engine;

import java.nio.file.Path;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.KeyspaceStats;
import org.anvildb.api.Stats;
import org.anvildb.api.WriteBatch;
import org.anvildb.bench.data.Sink;
import org.jspecify.annotations.Nullable;

/** AnvilDB. */
final class AnvilStore implements Store {
  private static final int LAST_LEVEL = 7;
  private static final int SETTLED_SHARE = 10;

  /** Of the heap, for restored blocks; RocksDB is given 512 MB beside the heap. */
  private static final int CACHE_SHARE = 3;

  private final Database db;

  AnvilStore(Path directory, StoreOptions options) {
    DatabaseOptions.Builder builder =
        DatabaseOptions.builder().durability(options.sync() ? Durability.SYNC : Durability.OS);
    if (options.lz4()) {
      builder
          .keyspaceDefaults(
              KeyspaceOptions.defaults().withCodec("LZ4").withFilterPolicy(FilterPolicy.BLOOM))
          .blockCacheBytes(ByteSize.ofBytes(Runtime.getRuntime().maxMemory() / CACHE_SHARE));
    }
    db = Anvil.open(directory, builder.build());
  }

  @Override
  public Session session() {
    return new AnvilSession(db);
  }

  @Override
  public void settle() {
    db.sync();
    // It looks for what else is worth merging after half a second without writes.
    Idle.awaitLong(this::isIdle);
  }

  private boolean isIdle() {
    Stats stats = db.stats();
    return stats.memory().frozen() == 0
        && stats.background().running() == 0
        && stats.keyspaces().stream().allMatch(AnvilStore::isSettled);
  }

  /** Tells whether what AnvilDB merges by itself once its writers are quiet is merged. */
  private static boolean isSettled(KeyspaceStats keyspace) {
    long last =
        keyspace.levels().stream()
            .filter(level -> level.level() == LAST_LEVEL)
            .mapToLong(KeyspaceStats.Level::bytes)
            .sum();
    return keyspace.bytes() - last <= last / SETTLED_SHARE;
  }

  @Override
  public void compact() {
    db.compact();
  }

  @Override
  public void close() {
    db.close();
  }

  /** Puts and gets go straight to the database; the batch is the only thing that is kept. */
  private static final class AnvilSession implements Session {
    private final Database db;
    private final WriteBatch batch;
    private @Nullable Scan scan;

    AnvilSession(Database db) {
      this.db = db;
      this.batch = db.newBatch();
    }

    @Override
    public void put(byte[] key, byte[] value) {
      db.put(key, value);
    }

    @Override
    public void putBatch(byte[][] keys, byte[][] values) {
      batch.clear();
      for (int i = 0; i < keys.length; i++) {
        batch.put(keys[i], values[i]);
      }
      db.write(batch);
    }

    @Override
    public void delete(byte[] key) {
      db.delete(key);
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
      try (Cursor cursor = db.cursor()) {
        return cursor.first() ? cursor.key() : null;
      }
    }

    @Override
    public Scan scan(ScanForm form) {
      Scan opened = new AnvilScan(db.cursor(), form);
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

  /** One loop for each form, so that a loop's calls have one target each. */
  private static final class AnvilScan implements Scan {
    private final Cursor cursor;
    private final ScanForm form;
    private boolean onUnread;

    AnvilScan(Cursor cursor, ScanForm form) {
      this.cursor = cursor;
      this.form = form;
    }

    @Override
    public void rewind() {
      onUnread = form == ScanForm.REVERSE ? cursor.last() : cursor.first();
    }

    @Override
    public void seek(byte[] key) {
      onUnread = cursor.seek(key);
    }

    @Override
    public int advance(int limit, Sink sink) {
      if (!onUnread || limit == 0) {
        return 0;
      }
      return switch (form) {
        case COPYING -> copyForward(limit, sink);
        case REVERSE -> copyBackward(limit, sink);
        case IN_PLACE -> readForward(limit, sink);
      };
    }

    private int copyForward(int limit, Sink sink) {
      int count = 0;
      boolean isMore;
      do {
        sink.fold(cursor.key());
        sink.fold(cursor.value());
        count++;
        isMore = cursor.next();
      } while (isMore && count < limit);
      onUnread = isMore;
      return count;
    }

    private int copyBackward(int limit, Sink sink) {
      int count = 0;
      boolean isMore;
      do {
        sink.fold(cursor.key());
        sink.fold(cursor.value());
        count++;
        isMore = cursor.previous();
      } while (isMore && count < limit);
      onUnread = isMore;
      return count;
    }

    private int readForward(int limit, Sink sink) {
      int count = 0;
      boolean isMore;
      do {
        sink.fold(cursor.keySegment());
        sink.fold(cursor.valueSegment());
        count++;
        isMore = cursor.next();
      } while (isMore && count < limit);
      onUnread = isMore;
      return count;
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}

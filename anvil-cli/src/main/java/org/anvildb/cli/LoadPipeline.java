package org.anvildb.cli;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.api.Keyspace;
import org.anvildb.api.WriteBatch;
import org.anvildb.cli.rows.RowException;
import org.anvildb.cli.rows.RowReader;
import org.anvildb.cli.term.Progress;
import org.jspecify.annotations.Nullable;

/**
 * Loads rows with two threads: one parses and gathers rows into chunks, the caller's own writes
 * each chunk as one batch. A bounded queue between them keeps memory small when the store is slower
 * than the parser.
 */
final class LoadPipeline {
  private static final int QUEUED_CHUNKS = 16;
  private static final int CHUNK_BYTES = 64 << 10;

  private final Database database;
  private final Keyspace keyspace;
  private final Durability durability;
  private final int chunkRows;
  private final Progress progress;
  private final BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(QUEUED_CHUNKS);
  private long loaded;
  private volatile long skipped;

  LoadPipeline(
      Database database,
      Keyspace keyspace,
      Durability durability,
      int chunkRows,
      Progress progress) {
    this.database = database;
    this.keyspace = keyspace;
    this.durability = durability;
    this.chunkRows = chunkRows;
    this.progress = progress;
  }

  /** Returns how many rows were written. */
  long loaded() {
    return loaded;
  }

  /** Returns how many bad rows were passed over. */
  long skipped() {
    return skipped;
  }

  /**
   * Loads all rows.
   *
   * @param onError what to do with a bad row, or null to stop there; what stands before it is
   *     loaded in any case
   */
  void run(RowReader rows, @Nullable Consumer<RowException> onError)
      throws IOException, RowException, InterruptedException {
    Thread parser = Thread.ofPlatform().daemon().name("parser").start(() -> parse(rows, onError));
    try {
      WriteBatch batch = database.newBatch();
      Chunk chunk = queue.take();
      while (chunk.end == null) {
        write(chunk, batch);
        chunk = queue.take();
      }
      write(chunk, batch);
      chunk.end.check();
    } finally {
      parser.interrupt();
    }
  }

  private void write(Chunk chunk, WriteBatch batch) {
    if (chunk.size == 0) {
      return;
    }
    for (int i = 0; i < chunk.size; i++) {
      batch.put(keyspace, chunk.keys[i], chunk.values[i]);
    }
    database.write(batch, durability);
    batch.clear();
    loaded += chunk.size;
    progress.add(chunk.size);
    progress.at(chunk.position);
  }

  private void parse(RowReader rows, @Nullable Consumer<RowException> onError) {
    var chunk = new Chunk(chunkRows);
    try {
      End end = null;
      while (end == null) {
        end = step(rows, chunk, onError);
        if (end != null || chunk.size == chunkRows || chunk.bytes >= CHUNK_BYTES) {
          chunk.end = end;
          chunk.position = rows.position();
          queue.put(chunk);
          chunk = new Chunk(chunkRows);
        }
      }
    } catch (InterruptedException e) {
      // The writer failed and has told so; nobody waits for more rows.
    }
  }

  /** Takes one row into a chunk; returns how the input ended, or null if it goes on. */
  private @Nullable End step(
      RowReader rows, Chunk chunk, @Nullable Consumer<RowException> onError) {
    try {
      if (!rows.next()) {
        return new End(null);
      }
      chunk.add(rows.key(), rows.value());
    } catch (RowException e) {
      if (onError == null) {
        return new End(e);
      }
      onError.accept(e);
      skipped++;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      return new End(e);
    }
    return null;
  }

  /** How the input ended: well, or with a failure. */
  private record End(@Nullable Throwable failure) {
    void check() throws IOException, RowException {
      switch (failure) {
        case null -> {}
        case RowException e -> throw e;
        case IOException e -> throw e;
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(failure);
      }
    }
  }

  /** Rows on their way to the writer; handed over by the queue, never used by both threads. */
  private static final class Chunk {
    final byte[][] keys;
    final byte[][] values;
    int size;
    long bytes;
    long position;
    @Nullable End end;

    Chunk(int rows) {
      keys = new byte[rows][];
      values = new byte[rows][];
    }

    void add(byte[] key, byte[] value) {
      keys[size] = key;
      values[size] = value;
      size++;
      bytes += key.length + value.length;
    }
  }
}

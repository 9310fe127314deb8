package org.anvildb.proof;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.api.Keyspace;
import org.anvildb.api.WriteBatch;
import org.jspecify.annotations.Nullable;

/**
 * A process whose heap is full again and again: beside a thread that takes all memory and gives it
 * back, two write batches and read them, and open the database anew when it is poisoned. Batches
 * are those of {@link KilledWriter}: one that failed is written again, with the same content.
 *
 * <p>A call may end with its answer, a typed exception, or an {@link OutOfMemoryError}; anything
 * else ends the process with {@link #FAILED}. Once memory is there again all calls end, and the
 * database can be closed and opened.
 */
final class StarvedWriter {
  static final int FAILED = 3;

  /** Printed behind each batch that was acknowledged, with the writer and the batch. */
  static final String ACKNOWLEDGED = "acknowledged ";

  /**
   * Printed at the end, with calls out of memory, refused, lives, how many were poisoned, and calls
   * not linked.
   */
  static final String ENDED = "ended ";

  private static final Logger LOG = Logger.getLogger("org.anvildb");
  private static final int MAX_LIVES = 1_000;

  /** Whether memory is to be left alone, since the end has to be told. */
  private static volatile boolean isGivenUp;

  private final Path directory;
  private final long memtableBytes;
  private final long seed;
  private final int fills;
  private final long[] next = new long[KilledWriter.WRITERS];
  private final AtomicLong shortages = new AtomicLong();
  private final AtomicLong typed = new AtomicLong();

  /** How often the JVM could not link code any more, once it had lacked memory for that. */
  private final AtomicLong broken = new AtomicLong();

  /** How often the heap was full. */
  private volatile int filled;

  private final @Nullable Thread[] writers = new Thread[KilledWriter.WRITERS];
  private @Nullable Database db;
  private volatile @Nullable Throwable last;
  private int lives;
  private int poisoned;

  private StarvedWriter(Path directory, long memtableBytes, long seed, int fills) {
    this.directory = directory;
    this.memtableBytes = memtableBytes;
    this.seed = seed;
    this.fills = fills;
  }

  /** Args: directory, memtable bytes, seed, and how often memory is to be short. */
  public static void main(String[] args) throws InterruptedException {
    LOG.setLevel(Level.OFF);
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {
      if (!isShort(thrown) && !(thrown instanceof LinkageError)) {
        fail(thrown);
      }
    });
    new StarvedWriter(
            Path.of(args[0]),
            Long.parseLong(args[1]),
            Long.parseLong(args[2]),
            Integer.parseInt(args[3]))
        .run();
  }

  private void run() throws InterruptedException {
    warm();
    Thread hog = Thread.ofPlatform().start(this::takeAll);
    while (!isOver() && lives < MAX_LIVES) {
      try {
        live(Long.MAX_VALUE);
      } catch (OutOfMemoryError e) {
        shortages.incrementAndGet();
      }
    }
    hog.join();
    long before = shortages.get() + typed.get();
    live(20);
    if (shortages.get() + typed.get() != before && broken.get() == 0) {
      fail(new AssertionError("it does not go on when memory is there again", last));
    }
    System.out.printf(
        "%s%d %d %d %d %d%n", ENDED, shortages.get(), typed.get(), lives, poisoned, broken.get());
    System.out.flush();
  }

  /**
   * Lives with memory enough, first as a new database and then with a log to replay: a class or a
   * lambda whose first use fails stays unusable for the JVM, whatever the engine does.
   */
  private void warm() {
    live(20);
    Path copy = directory.resolveSibling(directory.getFileName() + "-copy");
    try (Database original = Anvil.open(directory, KilledWriter.options(memtableBytes))) {
      read(original, 0, 0);
      original.put(new byte[1], new byte[1]);
      original.compact();
      original.put(new byte[1], new byte[2]);
      original.checkpoint(copy);
    }
    Anvil.open(copy, KilledWriter.options(memtableBytes)).close();
  }

  private boolean isOver() {
    return filled >= fills || isGivenUp;
  }

  /** Opens the database, writes until it is poisoned or all is over, and closes it. */
  private void live(long batches) {
    joinAll();
    tolerant(() -> {
      // What an earlier life could not close, as memory was short.
      close();
      db = Anvil.open(directory, KilledWriter.options(memtableBytes));
      lives++;
      for (int w = 0; w < writers.length; w++) {
        int number = w;
        writers[w] = Thread.ofPlatform().start(() -> write(open(), number, batches));
      }
    });
    joinAll();
    if (db != null && db.health() instanceof Health.Poisoned) {
      poisoned++;
    }
    tolerant(this::close);
  }

  private void close() {
    if (db != null) {
      db.close();
      db = null;
    }
  }

  private Database open() {
    return Objects.requireNonNull(db);
  }

  /** Waits for the writers of this life, or of one that ended early. */
  private void joinAll() {
    for (int w = 0; w < writers.length; ) {
      try {
        Thread writer = writers[w];
        if (writer != null) {
          writer.join();
        }
        w++;
      } catch (OutOfMemoryError e) {
        shortages.incrementAndGet();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void write(Database db, int writer, long batches) {
    boolean goesOn = true;
    Random random = new Random(seed + writer);
    for (long done = 0; goesOn && done < batches; done++) {
      goesOn = (batches < Long.MAX_VALUE || !isOver()) && writeNext(db, writer, random);
    }
  }

  /** Writes a batch, once or twice; returns whether the next can be written. */
  private boolean writeNext(Database db, int writer, Random random) {
    long number = next[writer];
    boolean isDone =
        tolerant(() -> {
          Keyspace second = db.keyspace("second");
          WriteBatch batch = db.newBatch();
          for (int i = 0; i < KilledWriter.KEYS; i++) {
            batch.put(KilledWriter.key(writer, number, i), KilledWriter.value(number, i));
            batch.put(second, KilledWriter.key(writer, number, i), KilledWriter.value(number, i));
          }
          db.write(batch, Durability.SYNC);
        });
    if (isDone) {
      next[writer]++;
      // It was acknowledged, so the parent has to hear of it.
      boolean isTold = false;
      while (!isTold) {
        isTold = tolerant(() -> print(ACKNOWLEDGED + writer + " " + number));
      }
      tolerant(() -> read(db, writer, number - random.nextLong(Math.min(number + 1, 40))));
    }
    return db.health() instanceof Health.Healthy;
  }

  private static void read(Database db, int writer, long batch) {
    byte[] key = KilledWriter.key(writer, batch, 1);
    byte[] value = KilledWriter.value(batch, 1);
    if (!Arrays.equals(db.get(key), value)) {
      throw new AssertionError("writer " + writer + ", batch " + batch + ": a wrong value");
    }
    try (Cursor cursor = db.cursor()) {
      if (!cursor.seek(key)
          || !Arrays.equals(cursor.key(), key)
          || !Arrays.equals(cursor.value(), value)) {
        throw new AssertionError("writer " + writer + ", batch " + batch + ": a wrong entry");
      }
    }
  }

  private static void print(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.US_ASCII);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }

  /** Takes the memory, keeps it for a moment, and gives it back. */
  private void takeAll() {
    Random random = new Random(seed);
    while (!isOver()) {
      Object[] chain = null;
      // Sometimes only large pieces are missing, so that work fails later than at its first step.
      int smallest = 16 << 3 * random.nextInt(5);
      for (int size = 64 << 10; size >= smallest; ) {
        try {
          chain = new Object[] {chain, new byte[size]};
        } catch (OutOfMemoryError e) {
          size /= 4;
        }
      }
      pause(random.nextInt(1_000));
      Reference.reachabilityFence(chain);
      filled++;
      chain = null;
      pause(1_000 + random.nextInt(40_000));
    }
  }

  private static void pause(long micros) {
    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros));
  }

  /** Runs an action; returns whether it ended well. */
  private boolean tolerant(Runnable action) {
    try {
      action.run();
      return true;
    } catch (AnvilException e) {
      typed.incrementAndGet();
      last = e;
      return false;
    } catch (LinkageError e) {
      broken.incrementAndGet();
      return false;
    } catch (Throwable e) {
      if (!isShort(e)) {
        fail(e);
      }
      shortages.incrementAndGet();
      last = e;
      return false;
    }
  }

  /** Tells whether memory was short, also where the JVM or a library wraps that. */
  private static boolean isShort(Throwable thrown) {
    Throwable t = thrown;
    while (t != null && !(t instanceof OutOfMemoryError)) {
      t = t.getCause();
    }
    return t != null;
  }

  private static void fail(Throwable thrown) {
    isGivenUp = true;
    for (boolean isTold = false; !isTold; ) {
      try {
        thrown.printStackTrace(System.out);
        isTold = true;
      } catch (OutOfMemoryError e) {
        // The other thread gives its memory back soon.
        Thread.onSpinWait();
      }
    }
    Runtime.getRuntime().halt(FAILED);
  }
}

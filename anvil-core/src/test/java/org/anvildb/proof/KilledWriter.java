package org.anvildb.proof;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.Keyspace;
import org.anvildb.api.WriteBatch;

/**
 * The process that is killed: two threads write batches and print the number of each batch that was
 * acknowledged, until the end of the world. A batch's content follows from its number, so that one
 * that was not acknowledged may be written again.
 */
final class KilledWriter {
  /** During what the process is to be killed. */
  enum Moment {
    WRITING,
    OPENING,
    COMPACTING,
    CLOSING
  }

  /** How many keys of each keyspace a batch sets. */
  static final int KEYS = 3;

  /** How many writers there are; each has its own keys and its own numbers. */
  static final int WRITERS = 2;

  /** Printed before the database is opened, and before it is closed. */
  static final String OPENS = "opens";

  static final String CLOSES = "closes";

  /** What a process ends with that failed by itself. */
  static final int FAILED = 3;

  /** After how many batches a process closes that is to be killed while it does. */
  private static final int BATCHES_BEFORE_CLOSE = 400;

  private final PrintStream out = System.out;
  private final AtomicLong written = new AtomicLong();
  private final Database db;
  private final Keyspace second;
  private final Durability durability;
  private final Moment moment;

  private KilledWriter(Database db, Durability durability, Moment moment) {
    this.db = db;
    this.second = db.keyspace("second");
    this.durability = durability;
    this.moment = moment;
  }

  static DatabaseOptions options(long memtableBytes) {
    return DatabaseOptions.builder().memtableBytes(ByteSize.ofBytes(memtableBytes)).build();
  }

  static byte[] key(int writer, long batch, int i) {
    // Some keys come again and again, most are new.
    long number = i == 0 ? batch % 50 : batch;
    return String.format("w%d/%02d/%012d", writer, i, number).getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] value(long batch, int i) {
    return String.format("%012d/%d/%s", batch, i, "x".repeat((int) (batch % 90)))
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Args: directory, memtable bytes, durability, moment, and the first batch of each writer. */
  public static void main(String[] args) {
    Thread.setDefaultUncaughtExceptionHandler((_, thrown) -> {
      thrown.printStackTrace();
      Runtime.getRuntime().halt(FAILED);
    });
    print(System.out, OPENS);
    Database db = Anvil.open(Path.of(args[0]), options(Long.parseLong(args[1])));
    Moment moment = Moment.valueOf(args[3]);
    var writer = new KilledWriter(db, Durability.valueOf(args[2]), moment);
    for (int w = 0; w < WRITERS; w++) {
      int number = w;
      long first = Long.parseLong(args[4 + w]);
      Thread.ofPlatform().start(() -> writer.write(number, first));
    }
    if (moment == Moment.COMPACTING) {
      Thread.ofPlatform().start(writer::compact);
    }
  }

  private void write(int writer, long first) {
    WriteBatch batch = db.newBatch();
    try {
      for (long number = first; true; number++) {
        batch.clear();
        for (int i = 0; i < KEYS; i++) {
          batch.put(key(writer, number, i), value(number, i));
          batch.put(second, key(writer, number, i), value(number, i));
        }
        db.write(batch, durability);
        print(out, writer + " " + number);
        if (moment == Moment.CLOSING && written.incrementAndGet() == BATCHES_BEFORE_CLOSE) {
          print(out, CLOSES);
          db.close();
        }
      }
    } catch (ClosedException e) {
      // The other one has closed the database.
    }
  }

  private void compact() {
    while (true) {
      db.compact();
    }
  }

  private static void print(PrintStream out, String text) {
    byte[] line = (text + "\n").getBytes(StandardCharsets.US_ASCII);
    out.write(line, 0, line.length);
    out.flush();
  }
}

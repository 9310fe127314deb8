package org.anvildb.proof;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.Keyspace;
import org.anvildb.api.WriteBatch;

/**
 * The process that is killed while it makes checkpoints: two threads write, the main one copies,
 * and prints the name of each copy with what was acknowledged before it was begun.
 */
final class KilledCheckpoints {
  private KilledCheckpoints() {}

  /** Args: the directory for the database and its copies. */
  public static void main(String[] args) {
    Path directory = Path.of(args[0]);
    Database db = Anvil.open(directory.resolve("main"), KilledWriter.options(64 << 10));
    db.keyspace("second");
    AtomicLongArray acknowledged = new AtomicLongArray(new long[] {-1, -1});
    for (int w = 0; w < KilledWriter.WRITERS; w++) {
      int writer = w;
      Thread.ofPlatform().start(() -> write(db, writer, acknowledged, new AtomicBoolean()));
    }
    PrintStream out = System.out;
    for (int i = 0; true; i++) {
      String line = "copy" + i + " " + acknowledged.get(0) + " " + acknowledged.get(1) + ".\n";
      db.checkpoint(directory.resolve("copy" + i));
      byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
      out.write(bytes, 0, bytes.length);
      out.flush();
    }
  }

  /** Writes batches, in order, until it is told to stop. */
  static void write(Database db, int writer, AtomicLongArray acknowledged, AtomicBoolean stop) {
    Keyspace second = db.keyspace("second");
    WriteBatch batch = db.newBatch();
    for (long number = 0; !stop.get(); number++) {
      batch.clear();
      for (int i = 0; i < KilledWriter.KEYS; i++) {
        batch.put(KilledWriter.key(writer, number, i), KilledWriter.value(number, i));
        batch.put(second, KilledWriter.key(writer, number, i), KilledWriter.value(number, i));
      }
      db.write(batch);
      acknowledged.set(writer, number);
    }
  }
}

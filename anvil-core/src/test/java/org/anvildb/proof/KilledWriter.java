package org.anvildb.proof;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.Keyspace;
import org.anvildb.api.WriteBatch;

/**
 * The process that is killed: two threads write batches and print the number of each batch that was
 * acknowledged, until the end of the world.
 */
final class KilledWriter {
  /** How many keys of each keyspace a batch sets. */
  static final int KEYS = 3;

  /** How many writers there are; each has its own keys and its own numbers. */
  static final int WRITERS = 2;

  private KilledWriter() {}

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

  /** Args: directory, memtable bytes, durability, and the first batch of each writer. */
  public static void main(String[] args) {
    Path directory = Path.of(args[0]);
    Durability durability = Durability.valueOf(args[2]);
    Database db = Anvil.open(directory, options(Long.parseLong(args[1])));
    Keyspace second = db.keyspace("second");
    PrintStream out = System.out;
    for (int w = 0; w < WRITERS; w++) {
      int writer = w;
      long first = Long.parseLong(args[3 + w]);
      Thread.ofPlatform()
          .start(() -> {
            WriteBatch batch = db.newBatch();
            for (long number = first; true; number++) {
              batch.clear();
              for (int i = 0; i < KEYS; i++) {
                batch.put(key(writer, number, i), value(number, i));
                batch.put(second, key(writer, number, i), value(number, i));
              }
              db.write(batch, durability);
              byte[] line = (writer + " " + number + "\n").getBytes(StandardCharsets.US_ASCII);
              out.write(line, 0, line.length);
              out.flush();
            }
          });
    }
  }
}

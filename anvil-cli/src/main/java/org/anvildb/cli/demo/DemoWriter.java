package org.anvildb.cli.demo;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.Keyspace;
import org.anvildb.api.WriteBatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The process that the demo kills. Its threads write batches for ever; each acknowledges a batch by
 * writing 8 bytes to the standard output, unbuffered, after the store has acknowledged it.
 */
@Command(name = DemoWriter.NAME, hidden = true)
public final class DemoWriter implements Callable<Integer> {
  /** The name of the hidden command. */
  public static final String NAME = "demo-writer";

  /** Smaller than by default, so that the kill falls among flushes and compactions. */
  private static final ByteSize MEMTABLE = ByteSize.ofMiB(16);

  private static final int FROZEN_MEMTABLES = 4;

  private static final int WRITER_SHIFT = 56;

  @Option(names = "--db", required = true)
  private Path directory = Path.of("");

  @Option(names = "--round", required = true)
  private int round;

  @Option(names = "--writers", required = true)
  private int writers;

  @Option(names = "--durability", required = true)
  private Durability durability = Durability.OS;

  /** Returns the options under which the trial opens its database, in both processes. */
  static DatabaseOptions options() {
    return DatabaseOptions.builder()
        .memtableBytes(MEMTABLE)
        .frozenMemtables(FROZEN_MEMTABLES)
        .build();
  }

  /** Returns the arguments of a run. */
  static List<String> arguments(Path directory, int round, int writers, Durability durability) {
    return List.of(
        NAME,
        "--db=" + directory,
        "--round=" + round,
        "--writers=" + writers,
        "--durability=" + durability);
  }

  /** Returns the writer that sent an acknowledgement. */
  static int writer(long acknowledgement) {
    return (int) (acknowledgement >>> WRITER_SHIFT);
  }

  /** Returns the number of the batch that is acknowledged. */
  static long number(long acknowledgement) {
    return acknowledgement & (1L << WRITER_SHIFT) - 1;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Database database = Anvil.open(directory, options())) {
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < writers; i++) {
        int writer = i;
        threads.add(Thread.ofPlatform().start(() -> write(database, writer)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    return 0;
  }

  private void write(Database database, int writer) {
    Keyspace[] keyspaces = new Keyspace[TrialBatch.KEYSPACES.length];
    for (int k = 0; k < keyspaces.length; k++) {
      keyspaces[k] = database.keyspace(TrialBatch.KEYSPACES[k]);
    }
    WriteBatch batch = database.newBatch();
    byte[] acknowledgement = new byte[Long.BYTES];
    try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
      for (long number = 0; ; number++) {
        var content = new TrialBatch(round, writer, number);
        batch.clear();
        for (int k = 0; k < keyspaces.length; k++) {
          for (int i = 0; i < TrialBatch.KEYS; i++) {
            batch.put(keyspaces[k], content.key(i), content.value(k, i));
          }
        }
        database.write(batch, durability);
        ByteBuffer.wrap(acknowledgement).putLong((long) writer << WRITER_SHIFT | number);
        out.write(acknowledgement);
      }
    } catch (IOException e) {
      // The demo is gone, so nobody kills this process: it ends by itself.
    }
  }
}

package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that no reader is ever marked as interrupted by the engine. The JVM marks a thread that is
 * inside of a mapping while it is closed (it wakes the thread up, in case that it waits), so the
 * engine must not close what readers may be in.
 */
final class SpuriousInterruptTest {
  private static final int KEYS = 2_000;
  private static final int ROUNDS = 40;

  @Test
  void readersAreNotInterruptedWhenTablesAndSegmentsGo(
      @TempDir(factory = MemoryDirectory.class) Path directory) throws InterruptedException {
    var options =
        DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(16)).frozenMemtables(4).build();
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong marked = new AtomicLong();
    AtomicLong reads = new AtomicLong();
    try (Database db = Anvil.open(directory, options)) {
      List<Thread> readers = new ArrayList<>();
      for (int r = 0; r < 3; r++) {
        readers.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; !done.get(); i++) {
                    db.get(key(i % KEYS));
                    reads.incrementAndGet();
                    if (Thread.interrupted()) {
                      marked.incrementAndGet();
                    }
                  }
                }));
      }
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < KEYS; i++) {
          db.put(key(i), new byte[40]);
        }
        db.compact();
      }
      done.set(true);
      for (Thread reader : readers) {
        reader.join();
      }
    }
    assertThat(marked).as("marked as interrupted in %s reads", reads).hasValue(0);
  }

  private static byte[] key(int i) {
    return String.format("%08d", i).getBytes(StandardCharsets.US_ASCII);
  }
}

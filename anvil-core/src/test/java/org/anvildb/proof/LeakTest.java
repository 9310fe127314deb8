package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that a database which was opened and closed thousands of times leaves nothing behind: no
 * open descriptor, no thread, no mapping, no file that it does not need. On the real disk.
 */
final class LeakTest {
  private static final long MINUTES = Long.getLong("long", 0);
  private static final int OPENINGS = MINUTES > 0 ? 20_000 : 2_000;
  private static final int WARM = 20;

  /** Less than a thread without work lives that nobody ended. */
  private static final Duration END_OF_THREAD = Duration.ofSeconds(2);

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Path MAPPINGS = Path.of("/proc/self/maps");

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void whatAnOpeningTakesAClosingGivesBack(@TempDir(factory = MemoryDirectory.class) Path directory)
      throws IOException, InterruptedException {
    for (int i = 0; i < WARM; i++) {
      use(directory, i);
    }
    use(directory, 0);
    long descriptors = descriptors();
    Set<Thread> others = Set.copyOf(Thread.getAllStackTraces().keySet());
    for (int i = 0; i < OPENINGS; i++) {
      use(directory, i);
      assertThat(lanes(others)).as("threads after opening %s", i).isZero();
      assertThat(mappings(directory)).as("mappings after opening %s", i).isZero();
    }
    use(directory, 0);
    long left = descriptors() - descriptors;
    System.out.printf(
        "leaks: %,d openings, 0 threads, 0 mappings, %,d descriptors left%n",
        OPENINGS, Math.max(0, left));
    ProofTable.record(ProofTable.Row.OPENINGS, OPENINGS);
    assertThat(left).as("descriptors").isLessThan(5);
    assertThat(files(directory)).as("files of lives too short for merges").isLessThan(200);
  }

  private static void use(Path directory, int round) {
    var options = DatabaseOptions.builder().memtableBytes(ByteSize.ofMiB(1)).build();
    try (Database db = Anvil.open(directory, options)) {
      byte[] key = {(byte) round};
      db.put(key, new byte[100]);
      if (round % 8 == 0) {
        try (var snapshot = db.snapshot();
            Cursor cursor = snapshot.cursor()) {
          assertThat(cursor.next()).isTrue();
        }
      }
      assertThat(db.get(key)).hasSize(100);
    }
  }

  /** Returns how many new threads there are; one that is at its end is given time to get there. */
  private static long lanes(Set<Thread> others) throws InterruptedException {
    long left = 0;
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("anvil-") && !others.contains(thread)) {
        left += thread.join(END_OF_THREAD) ? 0 : 1;
      }
    }
    return left;
  }

  static long descriptors() throws IOException {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0;
    }
    long count = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path _ : all) {
        count++;
      }
    }
    return count;
  }

  private static long mappings(Path directory) throws IOException {
    if (!Files.isReadable(MAPPINGS)) {
      return 0;
    }
    String name = String.valueOf(directory.getFileName());
    return Files.readAllLines(MAPPINGS).stream().filter(line -> line.contains(name)).count();
  }

  private static long files(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.count();
    }
  }
}

package org.anvildb.proof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Health;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.LocalStorage;
import org.anvildb.wal.SegmentFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that bytes of a log that verified at the opening and do not any more come into no table.
 * That can be: what an earlier process failed to write is in the system's memory until that is
 * needed for something else.
 */
final class LostPagesTest {
  private static final int ENTRIES = 100;

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  private InlineScheduler scheduler = new InlineScheduler(new Random(1));

  private Database open(Path directory) {
    var random = new Random(1);
    scheduler = new InlineScheduler(random);
    LocalStorage storage = LocalStorage.open(directory, true, false);
    return Anvil.open(storage, scheduler, random, DatabaseOptions.defaults());
  }

  private static void closePoisoned(Database db) {
    try {
      db.close();
    } catch (AnvilException e) {
      assertThat(e).hasStackTraceContaining("does not now");
    }
  }

  @Test
  void whatDoesNotVerifyAnyMoreIsNotFlushed() throws IOException {
    Path living = temporary.resolve("living");
    Path killed = temporary.resolve("killed");
    try (Database db = open(living)) {
      for (int i = 0; i < ENTRIES; i++) {
        db.put(SeedKeys.key(i), SeedKeys.value(i, 1));
      }
      MisuseDirectories.copy(living, killed);
    }
    Path log = MisuseDirectories.named(killed, ".wal").getFirst();
    byte[] sound = Files.readAllBytes(log);
    Database replayed = open(killed);
    assertThat(replayed.stats().memory().frozen()).isPositive();
    byte[] value = SeedKeys.value(50, 1);
    int at = new String(sound, ISO_8859_1).indexOf(new String(value, ISO_8859_1));
    assertThat(at).isGreaterThan(SegmentFormat.HEADER_BYTES);
    try (var file = new RandomAccessFile(log.toFile(), "rw")) {
      file.seek(at);
      file.write(new byte[value.length]);
    }
    scheduler.runAll();
    assertThat(replayed.health()).isInstanceOf(Health.Poisoned.class);
    assertThat(replayed.stats().keyspaces().getFirst().bytes()).isZero();
    closePoisoned(replayed);
    Files.write(log, sound);
    try (Database db = open(killed)) {
      scheduler.runAll();
      assertThat(db.health()).isInstanceOf(Health.Healthy.class);
      assertThat(SeedKeys.numbers(db)).hasSize(ENTRIES);
      assertThat(db.get(SeedKeys.key(7))).isEqualTo(SeedKeys.value(7, 1));
    }
  }
}

package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.anvildb.proof.DamageOracle.Outcome;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.FileNames;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.Storage;
import org.anvildb.version.FileName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages every byte of every file of the golden databases: each of its bits flipped, the byte set
 * to 0 and to 255, and raised by one. {@code -Dlong=MINUTES} goes on with more seeds; {@code
 * -Dseed= -Dgolden= -Dfile= -Dat=} repeats the damage of one byte.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(SilentLog.class)
final class ByteDamageTest {
  private static final long SEED = Long.getLong("seed", 20_261_129);
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));
  private static final String GOLDEN = System.getProperty("golden", "");
  private static final String FILE = System.getProperty("file", "");
  private static final int AT = Integer.getInteger("at", -1);
  private static final int CHANGES = 11;

  /** Nearly what the default seed comes to; others differ. */
  private static final long LEAST_STATES =
      System.getProperty("seed", "").isEmpty() ? 620_000 : 131_000;

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  private final Set<FileName.Kind> kinds = EnumSet.noneOf(FileName.Kind.class);

  @Test
  void everyByteOfEveryFileMayBeDamaged() {
    DamageTally tally = new DamageTally("byte damage");
    long start = System.nanoTime();
    long seed = SEED;
    do {
      damageAll(tally, seed++);
    } while (System.nanoTime() - start < LONG_NANOS);
    tally.finish(AT < 0 ? LEAST_STATES : 1);
    if (AT < 0) {
      assertThat(tally.count("tables, TABLE", Outcome.FOUND)).as("found by reads").isPositive();
      // The lock file is none of the storage's data files: the other test damages it.
      assertThat(kinds).isEqualTo(EnumSet.complementOf(EnumSet.of(FileName.Kind.LOCK)));
    }
  }

  /** The lock's text only tells who holds it: whatever stands there, the lock can be taken. */
  @Test
  void everyByteOfTheLockFileMayBeDamaged() throws IOException {
    Path file = temporary.resolve(FileNames.LOCK);
    try (Storage storage = LocalStorage.open(temporary, true, false)) {
      storage.lock(Duration.ZERO).close();
      byte[] text = Files.readAllBytes(file);
      int states = 0;
      for (int at = 0; at < text.length; at++) {
        for (int change = 0; change < CHANGES; change++) {
          byte[] damaged = text.clone();
          damaged[at] = changed(text[at], change);
          Files.write(file, damaged);
          try (DirectoryLock lock = storage.lock(Duration.ZERO)) {
            lock.ensureValid();
          }
          states++;
        }
      }
      System.out.printf("byte damage: LOCK: %,d sound%n", states);
      assertThat(states).isGreaterThan(500);
    }
  }

  private void damageAll(DamageTally tally, long seed) {
    for (GoldenDatabase golden : GoldenDatabase.all(seed)) {
      if (golden.name().startsWith(GOLDEN)) {
        DamageOracle oracle = new DamageOracle(golden);
        golden
            .files()
            .forEach((file, bytes) -> {
              if (file.startsWith(FILE) && !golden.isRepeated(file)) {
                damageFile(tally, golden, oracle, Map.entry(file, bytes));
              }
            });
      }
      golden.end();
    }
  }

  private void damageFile(
      DamageTally tally,
      GoldenDatabase golden,
      DamageOracle oracle,
      Map.Entry<String, byte[]> file) {
    String name = file.getKey();
    byte[] bytes = file.getValue().clone();
    FileName.Kind kind = FileName.parse(name).kind();
    kinds.add(kind);
    String counted = golden + ", " + kind;
    Set<String> damaged = Set.of(name);
    for (int at = Math.max(0, AT); at < (AT < 0 ? bytes.length : AT + 1); at++) {
      byte sound = bytes[at];
      int offset = at;
      int writing = Math.floorMod(at * 31 + (int) golden.seed(), 8);
      for (int change = 0; change < CHANGES; change++) {
        byte now = changed(sound, change);
        if (now == sound || change > 7 && isFlip(sound, now)) {
          continue;
        }
        bytes[at] = now;
        String address =
            "-Dseed=%d \"-Dgolden=%s\" -Dfile=%s -Dat=%d"
                .formatted(golden.seed(), golden, name, at);
        Outcome outcome =
            tally.play(
                counted,
                () -> address + ": to " + (now & 0xff),
                () -> oracle.checkReading(golden.with(name, bytes), damaged));
        if (outcome == Outcome.SOUND && !golden.isSpare(name, at)) {
          tally.violation(address + ": to " + (now & 0xff) + ": nobody noticed");
        }
        if (change == writing) {
          tally.play(
              counted + ", then written to",
              () -> address + ": to " + (now & 0xff) + ", then written to",
              () -> oracle.checkWriting(golden.with(name, bytes), damaged));
        }
      }
      bytes[offset] = sound;
    }
  }

  private static boolean isFlip(byte sound, byte now) {
    return Integer.bitCount((sound ^ now) & 0xff) == 1;
  }

  private static byte changed(byte sound, int change) {
    return switch (change) {
      case 8 -> 0;
      case 9 -> (byte) 0xff;
      case 10 -> (byte) (sound + 1);
      default -> (byte) (sound ^ 1 << change);
    };
  }
}

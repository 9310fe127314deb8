package org.anvildb.proof;

import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.anvildb.proof.DamageOracle.Outcome;
import org.anvildb.version.FileName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Cuts every file of the golden databases at every length, puts zeros or garbage behind it or in
 * the place of its end, and loses each of its sectors. {@code -Dlong=MINUTES} goes on with more
 * seeds; {@code -Dseed= -Dgolden= -Dfile=} repeats one file.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(SilentLog.class)
final class TruncationTest {
  private static final long SEED = Long.getLong("seed", 20_261_130);
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));
  private static final String GOLDEN = System.getProperty("golden", "");
  private static final String FILE = System.getProperty("file", "");
  private static final int SECTOR_BYTES = 512;
  private static final int[] APPENDED = {1, 3, 8, 16, 32, 63, 64, 512, 4096, 16_384};

  /** Nearly what the default seed comes to; others differ. */
  private static final long LEAST_STATES =
      System.getProperty("seed", "").isEmpty() ? 127_000 : 70_000;

  @Test
  void everyFileMayBeCutAtEveryLength() {
    DamageTally tally = new DamageTally("truncation");
    long start = System.nanoTime();
    long seed = SEED;
    do {
      for (GoldenDatabase golden : GoldenDatabase.all(seed)) {
        if (golden.name().startsWith(GOLDEN)) {
          golden
              .files()
              .forEach((file, bytes) -> {
                if (file.startsWith(FILE) && !golden.isRepeated(file)) {
                  new Play(tally, golden, file, bytes).playAll();
                }
              });
        }
        golden.end();
      }
      seed++;
    } while (System.nanoTime() - start < LONG_NANOS);
    tally.finish(GOLDEN.isEmpty() && FILE.isEmpty() ? LEAST_STATES : 1);
  }

  /** All that is done to one file. */
  private static final class Play {
    private final DamageTally tally;
    private final GoldenDatabase golden;
    private final DamageOracle oracle;
    private final String file;
    private final byte[] bytes;
    private final FileName.Kind kind;
    private final Random random;
    private final Set<String> blamed;

    Play(DamageTally tally, GoldenDatabase golden, String file, byte[] bytes) {
      this.tally = tally;
      this.golden = golden;
      this.oracle = new DamageOracle(golden);
      this.file = file;
      this.bytes = bytes;
      this.kind = FileName.parse(file).kind();
      this.random = new Random(golden.seed());
      // A cut takes the later records along that tell what was synced.
      oracle.mayLoseSynced(Set.of(file));
      // A manifest that is cut between two records is a sound one of an earlier time: what it names
      // and is gone since is then missed.
      blamed = kind == FileName.Kind.MANIFEST ? Set.of("MANIFEST-", ".wal", ".sst") : Set.of(file);
    }

    void playAll() {
      for (int length = 0; length < bytes.length; length++) {
        cut(length);
      }
      for (int count : APPENDED) {
        play("appended", count, Arrays.copyOf(bytes, bytes.length + count));
        play("appended", count, garbled(bytes.length, bytes.length + count));
      }
      for (int at = 0; at < bytes.length; at += SECTOR_BYTES) {
        int end = Math.min(bytes.length, at + SECTOR_BYTES);
        byte[] zeroed = bytes.clone();
        Arrays.fill(zeroed, at, end, (byte) 0);
        play("sectors", at, zeroed);
        play("sectors", at, garbled(at, end));
      }
    }

    private void cut(int length) {
      play("cut", length, Arrays.copyOf(bytes, length));
      int more = golden.seed() % 2 == 0 ? 1 : 0;
      switch ((length + more) % 4) {
        case 0 -> play("cut, zeros", length, zeroedFrom(length));
        case 1 -> play("cut, garbage", length, garbled(length, bytes.length));
        case 2 -> write("cut", length, Arrays.copyOf(bytes, length));
        default -> write("cut, zeros", length, zeroedFrom(length));
      }
    }

    private byte[] zeroedFrom(int length) {
      return Arrays.copyOf(Arrays.copyOf(bytes, length), bytes.length);
    }

    /** Returns the file with garbage in a range. */
    private byte[] garbled(int from, int to) {
      byte[] garbage = new byte[to - from];
      random.nextBytes(garbage);
      byte[] changed = Arrays.copyOf(bytes, Math.max(bytes.length, to));
      System.arraycopy(garbage, 0, changed, from, garbage.length);
      return changed;
    }

    private void play(String way, int at, byte[] changed) {
      state(way, at, changed, () -> oracle.checkReading(golden.with(file, changed), blamed));
    }

    private void write(String way, int at, byte[] changed) {
      state(way, at, changed, () -> oracle.checkWriting(golden.with(file, changed), blamed));
    }

    private void state(String way, int at, byte[] changed, Supplier<Outcome> check) {
      if (Arrays.equals(changed, bytes)) {
        return;
      }
      String address =
          "-Dseed=%d \"-Dgolden=%s\" -Dfile=%s: %s at %d"
              .formatted(golden.seed(), golden, file, way, at);
      Outcome outcome = tally.play(golden + ", " + kind + ", " + way, () -> address, check);
      boolean isSpare = golden.isSpare(file, Arrays.mismatch(bytes, changed));
      if (outcome == Outcome.SOUND && !isSpare && !way.equals("appended")) {
        tally.violation(address + ": nobody noticed");
      }
    }
  }
}

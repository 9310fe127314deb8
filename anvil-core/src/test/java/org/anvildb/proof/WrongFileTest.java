package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.anvildb.proof.DamageOracle.Outcome;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.version.FileName;
import org.anvildb.version.FileName.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Files that are sound, but not those that belong there: swapped, stale, of another database,
 * missing, doubled, under a name in another case; and files that are not ours, which stay as they
 * are. {@code -Dlong=MINUTES} goes on with more seeds; {@code -Dseed= -Dgolden=} repeats one.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(SilentLog.class)
final class WrongFileTest {
  private static final long SEED = Long.getLong("seed", 20_261_131);
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));
  private static final String GOLDEN = System.getProperty("golden", "");

  /** Nearly what the default seed comes to; others differ. */
  private static final long LEAST_STATES = System.getProperty("seed", "").isEmpty() ? 3_200 : 2_000;

  /** Each complaint names some file of ours: for a manifest that names what others have. */
  private static final Set<String> ANY = Set.of("CURRENT", "MANIFEST-", ".wal", ".sst");

  /** Names near to ours that are none. */
  private static final List<String> FOREIGN =
      List.of(
          "notes.txt",
          "12.sst",
          "000012.SST",
          "0000012.sst",
          "000000.wal",
          "MANIFEST",
          "MANIFEST-1",
          "MANIFEST-000001.old",
          "LOCK.old",
          "current",
          "CURRENT.bak",
          "000003.sst.tmp",
          "000003.wal-1",
          "9999999999999999999.wal",
          "000003.log",
          "x");

  @Test
  void aFileThatDoesNotBelongIsNeverTakenForTheRightOne() {
    DamageTally tally = new DamageTally("wrong files");
    long start = System.nanoTime();
    long seed = SEED;
    do {
      for (GoldenDatabase golden : GoldenDatabase.all(seed)) {
        if (golden.name().startsWith(GOLDEN)) {
          new Play(tally, golden).playAll();
        }
        golden.end();
      }
      seed++;
    } while (seed < SEED + 2 || System.nanoTime() - start < LONG_NANOS);
    tally.finish(GOLDEN.isEmpty() ? LEAST_STATES : 1);
    if (GOLDEN.isEmpty()) {
      assertThat(tally.kinds()).hasSize(9);
    }
  }

  /** All that is done to one database. */
  private static final class Play {
    private final DamageTally tally;
    private final GoldenDatabase golden;
    private final DamageOracle oracle;
    private final TreeMap<String, byte[]> files;
    private final Random random;

    Play(DamageTally tally, GoldenDatabase golden) {
      this.tally = tally;
      this.golden = golden;
      this.oracle = new DamageOracle(golden);
      this.files = golden.files();
      this.random = new Random(golden.seed());
    }

    void playAll() {
      copies();
      otherDatabase();
      stale();
      missing();
      duplicates();
      otherCases();
      foreign();
    }

    /** Each file in the place of each other one, and each two of a kind swapped. */
    private void copies() {
      for (String from : files.keySet()) {
        for (String to : files.keySet()) {
          if (from.equals(to)) {
            continue;
          }
          play("copied over", from + " to " + to, Map.of(to, files.get(from)), Set.of(), to);
          if (from.compareTo(to) < 0 && kind(from) == kind(to)) {
            Map<String, byte[]> swapped = Map.of(to, files.get(from), from, files.get(to));
            play("swapped", from + " and " + to, swapped, Set.of(), from, to);
          }
        }
      }
    }

    /** Files of another database with the same history of options, one and several at a time. */
    private void otherDatabase() {
      for (GoldenDatabase other : GoldenDatabase.all(golden.seed() + 1_000_000)) {
        TreeMap<String, byte[]> theirs = other.files();
        other.end();
        TreeMap<String, byte[]> head = new TreeMap<>();
        theirs.forEach((name, bytes) -> {
          play("of another database", name, Map.of(name, bytes), Set.of(), name);
          if (kind(name) == Kind.CURRENT || kind(name) == Kind.MANIFEST) {
            head.put(name, bytes);
          }
        });
        play("of another database", "CURRENT and manifest", head, Set.of(), "");
      }
    }

    /** What files of the same names held earlier, and in a twin that went another way. */
    private void stale() {
      golden
          .olderManifests()
          .forEach(bytes -> {
            String name =
                files.keySet().stream()
                    .filter(n -> kind(n) == Kind.MANIFEST)
                    .findFirst()
                    .orElseThrow();
            play("stale", bytes.length + " bytes of " + name, Map.of(name, bytes), Set.of(), "");
          });
      for (GoldenDatabase twin : golden.twins()) {
        twin.files()
            .forEach((name, bytes) -> {
              boolean isTable = kind(name) == Kind.TABLE && files.containsKey(name);
              if (isTable) {
                play("of a twin", name, Map.of(name, bytes), Set.of(), name);
              }
            });
        twin.end();
      }
    }

    /** Each file gone, and each two. */
    private void missing() {
      for (String first : files.keySet()) {
        for (String second : files.tailMap(first).keySet()) {
          Set<String> gone = new TreeSet<>(List.of(first, second));
          play("missing", String.join(" and ", gone), Map.of(), gone, gone);
        }
      }
    }

    /** Copies under other names: with numbers of ours, which nothing needs, and foreign ones. */
    private void duplicates() {
      files.forEach((name, bytes) -> {
        for (String copy :
            List.of(
                FileName.manifest(777),
                FileName.wal(777),
                FileName.table(777),
                name + ".bak",
                "Copy-of-" + name)) {
          Set<String> blamed = kind(name) == Kind.WAL ? Set.of(copy, name) : Set.of(copy);
          play("doubled", name + " as " + copy, Map.of(copy, bytes), Set.of(), blamed);
        }
      });
    }

    private void otherCases() {
      files.forEach((name, bytes) -> {
        String lower = name.toLowerCase(Locale.ROOT);
        String other = lower.equals(name) ? name.toUpperCase(Locale.ROOT) : lower;
        play("in another case", other, Map.of(other, bytes), Set.of(name), name);
        play("in another case", "too: " + other, Map.of(other, bytes), Set.of(), name);
      });
    }

    private void foreign() {
      for (String name : FOREIGN) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        play("foreign", name, Map.of(name, bytes), Set.of(), name);
      }
    }

    private void play(
        String way, String what, Map<String, byte[]> put, Set<String> gone, String... blamed) {
      play(way, what, put, gone, Set.of(blamed));
    }

    /**
     * Plays a state twice: read, and written to.
     *
     * @param blamed the files of which one must be named, "" if any of ours will do
     */
    private void play(
        String way, String what, Map<String, byte[]> put, Set<String> gone, Set<String> blamed) {
      Set<String> names = new TreeSet<>(blamed);
      for (String name : blamed) {
        if (name.isEmpty() || kind(name) == Kind.MANIFEST) {
          names.addAll(ANY);
        } else if (kind(name) == Kind.CURRENT) {
          names.add("MANIFEST-");
        }
      }
      names.remove("");
      // The newest segment of a log can be gone without a trace: see the limits.
      oracle.mayLoseSynced(touched(put.keySet(), gone));
      String address =
          "-Dseed=%d \"-Dgolden=%s\": %s: %s".formatted(golden.seed(), golden, way, what);
      List<Outcome> outcomes = new ArrayList<>();
      outcomes.add(
          tally.play(way, () -> address, () -> oracle.checkReading(disk(put, gone), names)));
      outcomes.add(
          tally.play(
              way,
              () -> address + ", to write",
              () -> oracle.checkWriting(disk(put, gone), names)));
      if (outcomes.contains(Outcome.SOUND) && !mayBeSound(way, put.keySet(), gone)) {
        tally.violation(address + ": nobody noticed");
      }
    }

    /** Tells whether nothing that is needed was touched. */
    private boolean mayBeSound(String way, Set<String> put, Set<String> gone) {
      return touched(put, gone).stream().allMatch(name -> golden.isSpare(name, 0))
          || way.equals("stale");
    }

    /** Returns which files of the database are not there as they were. */
    private Set<String> touched(Set<String> put, Set<String> gone) {
      Set<String> touched = new TreeSet<>(gone);
      put.stream().filter(files::containsKey).forEach(touched::add);
      return touched;
    }

    private MemoryStorage disk(Map<String, byte[]> put, Set<String> gone) {
      MemoryStorage disk = golden.copy();
      gone.forEach(disk::delete);
      put.forEach((name, bytes) -> GoldenDatabase.put(disk, name, bytes));
      return disk;
    }

    private static Kind kind(String name) {
      FileName parsed = FileName.parse(name);
      return parsed == null ? null : parsed.kind();
    }
  }
}

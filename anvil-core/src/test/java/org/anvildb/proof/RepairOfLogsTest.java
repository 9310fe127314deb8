package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.RepairReport;
import org.anvildb.bytes.Bytes;
import org.anvildb.log.RecordFormat;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.LocalStorage;
import org.anvildb.wal.SegmentFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repairs where a log of several segments has lost one, or the end of one: all other batches are
 * saved, in their order, and what is gone is told.
 */
final class RepairOfLogsTest {
  private static final DatabaseOptions SMALL =
      DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(8)).build();
  private static final DatabaseOptions EXISTING =
      DatabaseOptions.builder().createIfMissing(false).readOnly(true).build();

  private static final int TABLED = 200;
  private static final int DELETED = 50;

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  private Path killed;
  private int end;
  private List<Path> segments;

  @BeforeEach
  void make() throws IOException {
    killed = temporary.resolve("life-0");
    Files.createDirectory(killed);
    end = TABLED;
    for (int life = 0; life < 5; life++) {
      live(life);
    }
    segments = full(killed);
    segments = segments.subList(segments.size() - 4, segments.size());
  }

  /** Opens what the process before left, writes on, and is killed before anything is flushed. */
  private void live(int life) throws IOException {
    Path next = temporary.resolve("life-" + (life + 1));
    var storage = LocalStorage.open(killed, true, false);
    var random = new Random(life);
    try (Database db = Anvil.open(storage, new InlineScheduler(random), random, SMALL)) {
      if (life == 0) {
        put(db, 0, TABLED);
        db.compact();
        for (int i = 0; i < DELETED; i++) {
          db.delete(SeedKeys.key(i));
        }
      }
      put(db, end, end += 20);
      MisuseDirectories.copy(killed, next);
    }
    killed = next;
  }

  private static void put(Database db, int from, int to) {
    for (int i = from; i < to; i++) {
      db.put(SeedKeys.key(i), SeedKeys.value(i, 1));
    }
  }

  /** Returns the segments that hold records of their own. */
  private static List<Path> full(Path directory) throws IOException {
    List<Path> full = new ArrayList<>();
    for (Path file : MisuseDirectories.named(directory, ".wal")) {
      byte[] bytes = Files.readAllBytes(file);
      SegmentFormat.Header header = header(file, bytes);
      if (header != null && !records(bytes).isEmpty()) {
        full.add(file);
      }
    }
    return full;
  }

  private static SegmentFormat.Header header(Path file, byte[] bytes) {
    String name = file.getFileName().toString();
    SegmentFormat.Header header = SegmentFormat.decode(name, MemorySegment.ofArray(bytes));
    return header != null && SegmentFormat.name(header.number()).equals(name) ? header : null;
  }

  private static List<Integer> records(byte[] segment) {
    List<Integer> starts = new ArrayList<>();
    int at = SegmentFormat.HEADER_BYTES;
    while (at + RecordFormat.HEADER_BYTES <= segment.length && Bytes.getLong(segment, at) != 0) {
      starts.add(at);
      at += (int) RecordFormat.recordBytes(Bytes.getInt(segment, at + 4));
    }
    return starts;
  }

  private Set<Integer> missing(RepairReport report, Path target) {
    Set<Integer> missing = new TreeSet<>();
    for (int i = DELETED; i < end; i++) {
      missing.add(i);
    }
    try (Database db = Anvil.open(target, EXISTING)) {
      for (String name : db.keyspaces()) {
        for (int i : SeedKeys.numbers(db.keyspace(name))) {
          assertThat(db.keyspace(name).get(SeedKeys.key(i))).isEqualTo(SeedKeys.value(i, 1));
          assertThat(i).as("deleted, %s", report).isGreaterThanOrEqualTo(DELETED);
          missing.remove(i);
        }
      }
    }
    return missing;
  }

  private static void assertOneRange(Set<Integer> missing, int most) {
    var sorted = new TreeSet<>(missing);
    assertThat(sorted).isNotEmpty().hasSizeLessThanOrEqualTo(most);
    assertThat(sorted.last() - sorted.first()).isEqualTo(sorted.size() - 1);
  }

  @Test
  void aMissingSegmentLosesItsBatchesAlone() throws IOException {
    int records = records(Files.readAllBytes(segments.get(1))).size();
    Files.delete(segments.get(1));
    Path target = temporary.resolve("repaired");
    RepairReport report = Anvil.repair(killed, target);
    String name = segments.get(1).getFileName().toString();
    assertThat(report.losses())
        .anyMatch(loss -> loss.file().equals(name) && loss.reason().startsWith("missing, though"))
        .anyMatch(loss -> loss.reason().contains("are lost"));
    assertOneRange(missing(report, target), records);
  }

  /** There are two until what the start of a process left over is deleted. */
  private boolean hasManifest() throws IOException {
    return MisuseDirectories.digests(killed).keySet().stream()
        .anyMatch(name -> name.startsWith("MANIFEST-"));
  }

  @Test
  void withoutAManifestWhatPrecedesAMissingSegmentOnlyFills() throws IOException {
    int records = records(Files.readAllBytes(segments.get(1))).size();
    Files.delete(segments.get(1));
    while (hasManifest()) {
      Files.delete(MisuseDirectories.manifest(killed));
    }
    Path target = temporary.resolve("repaired");
    RepairReport report = Anvil.repair(killed, target);
    assertThat(report.doubts())
        .anyMatch(doubt -> doubt.contains("no manifest tells whether it was in tables"));
    assertOneRange(missing(report, target), records);
  }

  @Test
  void theFirstSegmentIsMissedByTheManifest() throws IOException {
    Path first = segments.getFirst();
    Files.delete(first);
    Path target = temporary.resolve("repaired");
    RepairReport report = Anvil.repair(killed, target);
    assertThat(report.losses())
        .anyMatch(loss ->
            loss.file().equals(first.getFileName().toString())
                && loss.reason().contains("the manifest names it"));
  }

  @Test
  void aFirstSegmentOfNothingIsMissedByTheNext() throws IOException {
    Path first = segments.getFirst();
    Files.write(first, new byte[(int) Files.size(first)]);
    RepairReport report = Anvil.repair(killed, temporary.resolve("repaired"));
    assertThat(report.losses())
        .anyMatch(loss ->
            loss.file().equals(first.getFileName().toString())
                && loss.reason().startsWith("missing, though"));
  }

  @Test
  void aLastSegmentShorterThanItsHeaderIsInDoubt() throws IOException {
    Path last = segments.getLast();
    int records = records(Files.readAllBytes(last)).size();
    Files.write(last, new byte[100]);
    Path target = temporary.resolve("repaired");
    RepairReport report = Anvil.repair(killed, target);
    assertThat(report.doubts())
        .anyMatch(doubt -> doubt.startsWith(last.getFileName() + " is shorter than its header"));
    assertOneRange(missing(report, target), records);
  }

  @Test
  void damageAtTheEndOfAMiddleSegmentLosesThatBatchAlone() throws IOException {
    Path segment = segments.get(1);
    byte[] sound = Files.readAllBytes(segment);
    List<Integer> records = records(sound);
    int last = records.getLast();
    byte[] flipped = sound.clone();
    flipped[last + RecordFormat.HEADER_BYTES] ^= 1;
    byte[][] damages = {flipped, Arrays.copyOf(sound, last), Arrays.copyOf(sound, last + 12)};
    for (int i = 0; i < damages.length; i++) {
      Files.write(segment, damages[i]);
      Path target = temporary.resolve("repaired-" + i);
      RepairReport report = Anvil.repair(killed, target);
      assertThat(report.isComplete()).as("damage %d", i).isFalse();
      assertThat(report.lossCount()).as("damage %d: %s", i, report).isPositive();
      assertThat(report.losses())
          .as("damage %d", i)
          .anyMatch(loss -> loss.file().equals(segment.getFileName().toString()));
      assertThat(missing(report, target)).as("damage %d: %s", i, report).hasSize(1);
    }
  }
}

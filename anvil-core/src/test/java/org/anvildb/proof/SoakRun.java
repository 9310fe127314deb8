package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.WriteBatch;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.OperationKind;

/** The database of {@link SoakTest}, with the model of what it holds. Not thread-safe. */
final class SoakRun {
  private static final int KEYS = 20_000;
  private static final int OPERATIONS = 30_000;
  private static final int LARGEST_VALUE = 400;
  private static final int LATEST_FAULT = 120;
  private static final long SPARE_BYTES = 16L << 20;
  private static final int AMPLIFICATION = 3;

  /** What may fail: all that changes a file, and what opens one. */
  private static final Set<OperationKind> KINDS =
      EnumSet.of(
          OperationKind.CREATE,
          OperationKind.CREATE_MAPPED,
          OperationKind.MAP,
          OperationKind.RENAME,
          OperationKind.DELETE,
          OperationKind.LINK,
          OperationKind.APPEND,
          OperationKind.SYNC,
          OperationKind.SYNC_DIRECTORY,
          OperationKind.FORCE);

  private static final List<Fault> FAULTS =
      List.of(new Fault.IoFailure(), new Fault.NoSpace(), new Fault.TooManyOpenFiles());

  private final Path directory;
  private final Path copies;
  private final Random random;
  private ByteMap model = new ByteMap();

  /** What the model is if the write whose end is not known was done; null if there is none. */
  private ByteMap orElse;

  /** What the database said of itself before it was closed last. */
  private String lastStats = "";

  private boolean isFaulty;
  private long lives;
  private long failedLives;
  private long operations;
  private long reads;
  private long checkpoints;

  SoakRun(Path temporary, long seed) {
    directory = temporary.resolve("db");
    copies = temporary.resolve("copies");
    random = new Random(seed);
  }

  long failedLives() {
    return failedLives;
  }

  long checkpoints() {
    return checkpoints;
  }

  /** Opens the database, works with it, closes and verifies it. */
  void live() throws IOException {
    lives++;
    isFaulty = random.nextInt(3) == 0;
    var faulty = new FaultyStorage(LocalStorage.open(directory, true, false));
    DatabaseOptions options = DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(256)).build();
    try (Database db =
        Anvil.open(faulty, new ThreadScheduler("anvil-soak", 2), new Random(lives), options)) {
      settle(db);
      if (isFaulty) {
        Fault fault = FAULTS.get(random.nextInt(FAULTS.size()));
        boolean isSticky = random.nextBoolean();
        faulty.inject(new FaultPlan(KINDS, random.nextInt(LATEST_FAULT), fault, isSticky));
      }
      work(db);
      lastStats = db.stats().toString();
    } catch (AnvilException e) {
      assertThat(isFaulty && faulty.hits() > 0).as("a fault behind " + e).isTrue();
      failedLives++;
    }
    assertThat(Anvil.verifyDeeply(directory).findings()).as("life %d", lives).isEmpty();
    if (!isFaulty) {
      long live = model.entries().entrySet().stream().mapToLong(SoakRun::bytes).sum();
      assertThat(bytesOf(directory))
          .as("life %d: bytes on disk for %,d bytes: %s; %s", lives, live, byKind(), lastStats)
          .isLessThan(AMPLIFICATION * live + SPARE_BYTES);
    }
  }

  /** Tells how many files of a kind there are, and their bytes. */
  private Map<String, LongSummaryStatistics> byKind() throws IOException {
    Map<String, LongSummaryStatistics> kinds = new TreeMap<>();
    for (Path file : files(directory)) {
      String name = String.valueOf(file.getFileName());
      String kind = name.substring(name.lastIndexOf('.') + 1);
      kinds.computeIfAbsent(kind, _ -> new LongSummaryStatistics()).accept(Files.size(file));
    }
    return kinds;
  }

  private static long bytes(Map.Entry<byte[], byte[]> entry) {
    return entry.getKey().length + entry.getValue().length;
  }

  /** Compares all of the content; tells how the write ended whose end was not known. */
  private void settle(Database db) {
    if (orElse != null && !matches(db, model)) {
      model = orElse;
    }
    orElse = null;
    assertThat(matches(db, model)).as("content at the beginning of life %d", lives).isTrue();
  }

  private static boolean matches(Database db, ByteMap expected) {
    var entries = expected.entries().entrySet().iterator();
    try (Cursor cursor = db.cursor()) {
      while (cursor.next()) {
        if (!entries.hasNext()) {
          return false;
        }
        Map.Entry<byte[], byte[]> entry = entries.next();
        if (!Arrays.equals(entry.getKey(), cursor.key())
            || !Arrays.equals(entry.getValue(), cursor.value())) {
          return false;
        }
      }
    }
    return !entries.hasNext();
  }

  private void work(Database db) throws IOException {
    for (int i = 0; i < OPERATIONS; i++) {
      operations++;
      int choice = random.nextInt(1_000);
      if (choice < 500) {
        write(db);
      } else if (choice < 900) {
        reads++;
        byte[] key = key();
        assertThat(db.get(key)).as("life %d", lives).isEqualTo(model.get(key));
      } else if (choice < 998) {
        scan(db);
      } else if (random.nextInt(10) > 0) {
        db.sync();
      } else {
        checkpoint(db);
      }
    }
  }

  private void write(Database db) {
    WriteBatch batch = db.newBatch();
    ByteMap changes = new ByteMap();
    for (int i = random.nextInt(3); i >= 0; i--) {
      byte[] key = key();
      if (random.nextInt(4) == 0) {
        batch.delete(key);
        changes.put(key, null);
      } else {
        byte[] value = new byte[random.nextInt(LARGEST_VALUE)];
        random.nextBytes(value);
        batch.put(key, value);
        changes.put(key, value);
      }
    }
    boolean isDone = false;
    try {
      db.write(batch, random.nextInt(200) == 0 ? Durability.SYNC : Durability.OS);
      isDone = true;
    } finally {
      ByteMap target = isDone ? model : new ByteMap(model);
      changes
          .entries()
          .forEach((key, value) -> {
            if (value == null) {
              target.delete(key);
            } else {
              target.put(key, value);
            }
          });
      orElse = isDone ? null : target;
    }
  }

  private void scan(Database db) {
    byte[] from = key();
    var expected = model.range(from, null).entrySet().iterator();
    try (Cursor cursor = db.cursor()) {
      boolean isThere = cursor.seek(from);
      for (int i = 0; i < 20 && expected.hasNext(); i++) {
        assertThat(isThere).as("life %d", lives).isTrue();
        Map.Entry<byte[], byte[]> entry = expected.next();
        assertThat(cursor.key()).as("life %d", lives).isEqualTo(entry.getKey());
        assertThat(cursor.value()).as("life %d", lives).isEqualTo(entry.getValue());
        reads++;
        isThere = cursor.next();
      }
    }
  }

  /** Makes a checkpoint, opens it, compares all of it with the model, and deletes it. */
  private void checkpoint(Database db) throws IOException {
    Path copy = copies.resolve("c" + checkpoints);
    Files.createDirectories(copies);
    db.checkpoint(copy);
    checkpoints++;
    try (Database copied = Anvil.open(copy)) {
      assertThat(matches(copied, model)).as("checkpoint in life %d", lives).isTrue();
    }
    for (Path file : files(copy)) {
      Files.delete(file);
    }
    Files.delete(copy);
  }

  private byte[] key() {
    return SeedKeys.key(random.nextInt(KEYS));
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }

  private static long bytesOf(Path directory) throws IOException {
    long bytes = 0;
    for (Path file : files(directory)) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  @Override
  public String toString() {
    return "%,d lives, %,d of them ended by a fault, %,d operations, %,d reads compared, %,d checkpoints"
        .formatted(lives, failedLives, operations, reads, checkpoints);
  }
}

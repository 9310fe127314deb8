package org.anvildb.proof;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.FormatException;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.Readable;
import org.anvildb.api.Snapshot;
import org.anvildb.api.VerifyReport;
import org.anvildb.inspect.Verifier;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.version.FileName;

/**
 * What must hold of a golden database of which some files were damaged, however it is opened and
 * read: each answer is right, or a {@link CorruptionException} or {@link FormatException} that
 * names a damaged file. Of a log that was not closed in good order a shorter prefix of history is
 * right too, down to what was synced. Nothing else is ever thrown, no more is allocated than the
 * files explain, and an opening that is refused changes no file. Not thread-safe.
 */
final class DamageOracle {
  /** What became of a damaged disk, from the best to the worst that is allowed. */
  enum Outcome {
    /** All is there, and nothing complains. */
    SOUND,
    /** The newest batches are gone, as those of a torn log. */
    SHORTER,
    /** It opens, and reads or the verification tell of the damage. */
    FOUND,
    /** It does not open. */
    REFUSED
  }

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** What exceptions with their traces, and buffers of a fixed size, may take. */
  private static final long SPARE_BYTES = 512 << 10;

  /**
   * How many gets of a keyspace may meet the damage before the others are left out: an exception
   * costs more than all else. Each reading starts at another key.
   */
  private static final int MOST_FAILED_GETS = 6;

  private static final byte[] NEW = "written after the damage".getBytes();

  private final GoldenDatabase golden;
  private final DatabaseOptions readOnly;
  private final List<byte[]> keys = GoldenDatabase.keys();
  private final long usualBytes;
  private Set<String> damaged = Set.of();
  private long least;
  private boolean isFound;
  private int reading;

  DamageOracle(GoldenDatabase golden) {
    this.golden = golden;
    this.readOnly = golden.options().toBuilder().readOnly(true).build();
    this.least = golden.leastBatches();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    if (check(golden.copy(), Set.of()) != Outcome.SOUND) {
      throw new AssertionError(golden + ": damaged before anything was done to it");
    }
    usualBytes = THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /**
   * Lets the newest segment of a log that was not closed count as unsynced, if it is one of these
   * files: its own tear can't be told from that of a crash, unless a later record is there. See the
   * limits in docs/reliability.md. Of any other file the loss of what was synced is a violation.
   */
  void mayLoseSynced(Set<String> files) {
    least = golden.leastBatches(files);
  }

  /**
   * Holds what must hold of a disk when it is verified, and opened and read without changing it.
   *
   * @param names the files of which one must be named by whoever complains
   */
  Outcome checkReading(MemoryStorage disk, Set<String> names) {
    long files = 0;
    for (String name : names) {
      files += disk.exists(name) ? disk.size(name) : 0;
    }
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Outcome outcome = check(disk, names);
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (allocated > usualBytes + 2 * files + SPARE_BYTES) {
      throw new AssertionError(
          "allocated %,d bytes, %,d are usual, the damaged files have %,d"
              .formatted(allocated, usualBytes, files));
    }
    return outcome;
  }

  private Outcome check(MemoryStorage disk, Set<String> names) {
    damaged = names;
    isFound = false;
    try {
      boolean isClean = isClean(disk);
      Outcome outcome = read(disk);
      if (isClean && outcome.compareTo(Outcome.FOUND) >= 0) {
        throw new AssertionError("verification finds nothing, but reading does: " + outcome);
      }
      return isClean ? outcome : max(outcome, Outcome.FOUND);
    } finally {
      disk.powerOff();
    }
  }

  private boolean isClean(MemoryStorage disk) {
    VerifyReport report = Verifier.verify(disk, false);
    for (VerifyReport.Finding finding : report.findings()) {
      if (!names(finding.file(), finding.problem())) {
        throw new AssertionError("verification blames the wrong file: " + finding);
      }
    }
    return report.isClean();
  }

  private Outcome read(MemoryStorage disk) {
    Database db;
    try {
      db = Anvil.open(disk, new InlineScheduler(new Random(1)), new Random(1), readOnly);
    } catch (AnvilException e) {
      note(e);
      return Outcome.REFUSED;
    }
    long batches = readAll(db);
    db.close();
    return outcome(batches);
  }

  private Outcome outcome(long batches) {
    if (isFound) {
      return Outcome.FOUND;
    }
    return batches == golden.batches() ? Outcome.SOUND : Outcome.SHORTER;
  }

  /**
   * Holds what must hold of a disk when it is opened for writing: a refused opening leaves each
   * file as it is; else reads are right, a compaction succeeds or tells of the damage and makes
   * nothing worse, and what was written is there again after a reopening.
   */
  Outcome checkWriting(MemoryStorage disk, Set<String> names) {
    damaged = names;
    isFound = false;
    TreeMap<String, byte[]> before = GoldenDatabase.files(disk);
    try {
      InlineScheduler scheduler = new InlineScheduler(new Random(golden.seed()));
      Database db;
      try {
        db = Anvil.open(disk, scheduler, new Random(golden.seed()), golden.options());
      } catch (AnvilException e) {
        note(e);
        checkUnchanged(before, disk);
        return Outcome.REFUSED;
      }
      long batches = readAll(db);
      write(db, scheduler);
      readKeyspaces(db, batches);
      boolean isClosed = tried(db::close);
      before.keySet().removeIf(name -> FileName.parse(name) != null);
      checkUnchanged(before, disk);
      if (isClosed && !isFound) {
        checkReopened(disk, batches);
      }
      return outcome(batches);
    } finally {
      disk.powerOff();
    }
  }

  private void write(Database db, InlineScheduler scheduler) {
    if (tried(() -> db.put(NEW, NEW))) {
      tried(scheduler::runAll);
      tried(db::compact);
    }
  }

  private void checkReopened(MemoryStorage disk, long batches) {
    Database db =
        Anvil.open(disk, new InlineScheduler(new Random(1)), new Random(1), golden.options());
    require(Arrays.equals(db.get(NEW), NEW), "a write after the damage is lost");
    readKeyspaces(db, batches);
    db.close();
  }

  /** Holds that files are as they were: all, if the opening was refused, else the foreign ones. */
  private static void checkUnchanged(Map<String, byte[]> before, MemoryStorage disk) {
    before.forEach((name, bytes) -> {
      require(disk.exists(name), "there was deleted " + name);
      byte[] now = disk.read(name, 0, (int) disk.size(name));
      require(Arrays.equals(bytes, now), "there was changed " + name);
    });
  }

  /** Reads all in every way; returns how many batches there are. */
  private long readAll(Database db) {
    long batches;
    try (Snapshot snapshot = db.snapshot()) {
      batches = snapshot.sequence();
    }
    require(
        batches >= least && batches <= golden.batches(),
        "%d batches, not %d to %d".formatted(batches, least, golden.batches()));
    require(
        db.keyspaces().equals(List.of(Database.DEFAULT_KEYSPACE, GoldenDatabase.SECOND)),
        "keyspaces " + db.keyspaces());
    readKeyspaces(db, batches);
    return batches;
  }

  private void readKeyspaces(Database db, long batches) {
    golden
        .content(batches)
        .forEach((name, expected) -> {
          Readable keyspace = db.keyspace(name);
          int failed = 0;
          int first = reading++;
          for (int i = 0; i < keys.size() && failed < MOST_FAILED_GETS; i++) {
            byte[] key = keys.get((first + i) % keys.size());
            failed += tried(() -> get(keyspace, key, expected)) ? 0 : 1;
          }
          tried(() -> scan(keyspace, expected, true));
          tried(() -> scan(keyspace, expected, false));
        });
  }

  private static void get(Readable keyspace, byte[] key, ByteMap expected) {
    byte[] found = keyspace.get(key);
    require(Arrays.equals(found, expected.get(key)), "a get gives a wrong answer");
  }

  private static void scan(Readable keyspace, ByteMap expected, boolean forwards) {
    var entries = forwards ? expected.entries() : expected.entries().descendingMap();
    Iterator<Map.Entry<byte[], byte[]>> rest = entries.entrySet().iterator();
    try (Cursor cursor = keyspace.cursor()) {
      while (forwards ? cursor.next() : cursor.previous()) {
        byte[] key = cursor.key();
        if (Arrays.equals(key, NEW)) {
          continue;
        }
        require(rest.hasNext(), "a scan gives an entry too many");
        Map.Entry<byte[], byte[]> next = rest.next();
        require(Arrays.equals(key, next.getKey()), "a scan gives a wrong key");
        require(Arrays.equals(cursor.value(), next.getValue()), "a scan gives a wrong value");
      }
      require(!rest.hasNext(), "a scan ends early");
    }
  }

  /** Does something that may meet the damage; returns whether it did not. */
  private boolean tried(Runnable action) {
    try {
      action.run();
      return true;
    } catch (AnvilException e) {
      note(e);
      return false;
    }
  }

  /** Notes an exception, which must be one of those that tell of damage and name a file. */
  private void note(AnvilException e) {
    isFound = true;
    Throwable told = e instanceof PoisonedException ? e.getCause() : e;
    boolean isTyped =
        told instanceof CorruptionException corruption
                && names(corruption.file(), String.valueOf(told.getMessage()))
            || told instanceof FormatException && names("", String.valueOf(told.getMessage()));
    if (!isTyped) {
      throw new AssertionError("of all exceptions, this one", e);
    }
  }

  private boolean names(String file, String message) {
    return damaged.contains(file) || damaged.stream().anyMatch(message::contains);
  }

  private static Outcome max(Outcome a, Outcome b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new AssertionError(problem);
    }
  }
}

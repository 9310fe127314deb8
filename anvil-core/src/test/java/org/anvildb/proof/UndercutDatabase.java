package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.bytes;
import static org.anvildb.proof.SeedKeys.key;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.Readable;
import org.anvildb.api.Snapshot;
import org.anvildb.bytes.LateFault;
import org.jspecify.annotations.Nullable;

/**
 * A database that is used while somebody cuts its files short, deletes them, or takes the whole
 * directory away. Each call ends with the right answer or with a typed exception; a right answer is
 * the newest generation of a value that was acknowledged, or, behind that, one that was refused.
 *
 * <p>Files are cut at the end of a page. Where a page is cut in its middle, the system fills the
 * rest with zeros and tells nobody; then only pages that were not read before can be told.
 *
 * <p>Compiled code tells that a page is gone at the access "or at some later time", as the JDK
 * says: then the {@link InternalError} may meet the caller of the engine. It still comes before the
 * caller's next step, so that no wrong value is seen. {@link #late()} counts these.
 */
final class UndercutDatabase {
  /** Which files are hit. */
  enum Target {
    TABLES(".sst"),
    LOG(".wal"),
    MANIFEST("MANIFEST"),
    CURRENT("CURRENT"),
    LOCK("LOCK"),
    DIRECTORY("");

    private final String part;

    Target(String part) {
      this.part = part;
    }
  }

  /** What happens to them. */
  enum Way {
    EMPTIED,
    PAGE_LEFT,
    HALF_LEFT,
    DELETED
  }

  /** When it happens. */
  enum Moment {
    /** All pages were read before. */
    WARM,
    /** The database was opened anew, and nothing was read; a half may end within a page. */
    COLD,
    /** Other threads read and write. */
    BUSY
  }

  static final int KEYS = 160;
  private static final int PAGE_BYTES = 4096;
  private static final int VALUE_BYTES = 300;

  private final Path directory;
  private final int warmRounds;
  private final DatabaseOptions options;

  /** The newest generation of each key that was acknowledged, and that was tried; by one thread. */
  private final int[] acknowledged = new int[KEYS];

  private final int[] tried = new int[KEYS];

  /** What was acknowledged when the snapshot was taken. */
  private int[] seen = acknowledged;

  private long answers;
  private long refused;
  private long late;

  /**
   * Makes a database that is still empty.
   *
   * @param warmRounds how often all is read before anything happens
   */
  UndercutDatabase(Path directory, String codec, FilterPolicy filter, int warmRounds) {
    this.directory = directory;
    this.warmRounds = warmRounds;
    this.options =
        DatabaseOptions.builder()
            .memtableBytes(ByteSize.ofKiB(32))
            .durability(Durability.OS)
            .keyspaceDefaults(KeyspaceOptions.defaults().withCodec(codec).withFilterPolicy(filter))
            .build();
  }

  long answers() {
    return answers;
  }

  long refused() {
    return refused;
  }

  long late() {
    return late;
  }

  /** Lives through one case. */
  void run(Target target, Way way, Moment moment) throws IOException, InterruptedException {
    fill();
    Database db = Anvil.open(directory, options);
    if (moment != Moment.COLD) {
      put(db, 0, KEYS / 4, 3);
      for (int i = 0; i < warmRounds; i++) {
        reads(db, acknowledged, tried);
      }
    }
    seen = acknowledged.clone();
    Snapshot snapshot = db.snapshot();
    Cursor cursor = db.cursor();
    cursor.next();
    if (moment == Moment.BUSY) {
      hitWhileBusy(db, target, way);
    } else {
      hit(target, way, moment == Moment.COLD);
    }
    reads(db, acknowledged, tried);
    reads(snapshot, seen, seen);
    walk(cursor, true, seen, seen);
    use(db);
    reads(db, acknowledged, tried);
    answer(() -> close(cursor));
    answer(() -> close(snapshot));
    answer(() -> close(db));
    reopen(target, way);
  }

  /** Two generations of all keys in tables, and in the log of the last ones alone. */
  private void fill() {
    try (Database db = Anvil.open(directory, options)) {
      put(db, 0, KEYS, 1);
      db.compact();
      put(db, 0, KEYS, 2);
    }
    if (refused > 0) {
      throw new AssertionError("refused before anything happened");
    }
  }

  static byte[] value(int number, int generation) {
    return bytes((number + " of " + generation + " ").repeat(VALUE_BYTES / 8));
  }

  private void put(Database db, int from, int to, int generation) {
    for (int i = from; i < to; i++) {
      int number = i;
      tried[i] = generation;
      Durability durability = i % 50 == 0 ? Durability.SYNC : Durability.OS;
      boolean isDone =
          answer(() -> {
            db.put(key(number), value(number, generation), durability);
            return true;
          });
      if (isDone) {
        acknowledged[i] = generation;
      }
    }
  }

  /** Cuts while a thread reads the same entries; the calling one goes on to write. */
  private void hitWhileBusy(Database db, Target target, Way way) throws InterruptedException {
    Throwable[] failure = new Throwable[1];
    Thread cutter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                hit(target, way, false);
              } catch (Throwable e) {
                failure[0] = e;
              }
            });
    do {
      reads(db, acknowledged, tried);
      put(db, KEYS / 2, KEYS / 2 + 20, 4);
    } while (cutter.isAlive());
    cutter.join();
    if (failure[0] != null) {
      throw new AssertionError(failure[0]);
    }
  }

  private void hit(Target target, Way way, boolean isOdd) throws IOException {
    if (target == Target.DIRECTORY) {
      Files.move(directory, directory.resolveSibling("moved-" + directory.getFileName()));
      return;
    }
    int hits = 0;
    while (hits == 0) {
      List<Path> files;
      try (var all = Files.list(directory)) {
        files = all.filter(f -> String.valueOf(f.getFileName()).contains(target.part)).toList();
      }
      for (Path file : files) {
        try {
          hit(file, way, isOdd);
          hits++;
        } catch (NoSuchFileException e) {
          // The database was done with it, and deleted it itself.
        }
      }
    }
  }

  private static void hit(Path file, Way way, boolean isOdd) throws IOException {
    if (way == Way.DELETED) {
      Files.delete(file);
      return;
    }
    long half = Files.size(file) / 2;
    long left =
        switch (way) {
          case EMPTIED, DELETED -> 0;
          case PAGE_LEFT -> PAGE_BYTES;
          case HALF_LEFT -> isOdd ? half | 1 : half / PAGE_BYTES * PAGE_BYTES;
        };
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(left);
    }
  }

  /** Reads every key in every way. */
  private void reads(Readable db, int[] least, int[] most) {
    byte[] target = new byte[2 * VALUE_BYTES];
    for (int i = 0; i < KEYS; i++) {
      byte[] key = key(i);
      check(i, least[i], most[i], () -> db.get(key));
      check(
          i,
          least[i],
          most[i],
          () -> {
            int length = db.get(key, target, 0);
            return length < 0 ? null : Arrays.copyOf(target, length);
          });
      check(i, least[i], most[i], () -> db.read(key, UndercutDatabase::copy));
      answer(() -> {
        if (!db.contains(key)) {
          LateFault.deliver();
          throw new AssertionError("key is not there");
        }
        return true;
      });
    }
    Cursor cursor = opened(db);
    if (cursor != null) {
      walk(cursor, true, least, most);
      walk(cursor, false, least, most);
      answer(() -> close(cursor));
    }
  }

  private @Nullable Cursor opened(Readable db) {
    Cursor[] cursor = new Cursor[1];
    answer(() -> {
      cursor[0] = db.cursor();
      return true;
    });
    return cursor[0];
  }

  private static byte[] copy(MemorySegment value) {
    return value.toArray(ValueLayout.JAVA_BYTE);
  }

  private void walk(Cursor cursor, boolean isForward, int[] least, int[] most) {
    boolean goesOn = true;
    while (goesOn) {
      goesOn = answer(isForward ? cursor::next : cursor::previous);
      if (goesOn) {
        int number = ByteBuffer.wrap(cursor.key()).getInt();
        check(number, least[number], most[number], cursor::value);
      }
    }
  }

  /** Writes until memtables are flushed, and asks for all that works with files. */
  private void use(Database db) {
    for (int generation = 5; generation < 7; generation++) {
      put(db, 0, KEYS, generation);
    }
    answer(() -> {
      db.sync();
      return true;
    });
    answer(() -> {
      db.compact();
      return true;
    });
    answer(() -> {
      db.verify();
      return true;
    });
    answer(() -> {
      db.checkpoint(directory.resolveSibling("copy-of-" + directory.getFileName()));
      return true;
    });
    answer(() -> {
      db.keyspace("new");
      return db.stats().equals(db.stats()) || db.health() != null;
    });
  }

  /** What is found later is no garbage; what was in tables is there, or is known to be missing. */
  private void reopen(Target target, Way way) throws IOException {
    if (target == Target.DIRECTORY) {
      Files.move(directory.resolveSibling("moved-" + directory.getFileName()), directory);
    }
    boolean isLost = target == Target.LOG;
    try (Database db = Anvil.open(directory, options)) {
      for (int i = 0; i < KEYS; i++) {
        byte[] key = key(i);
        if (isLost) {
          old(i, db.get(key));
        } else {
          check(i, acknowledged[i], tried[i], () -> db.get(key));
        }
      }
    } catch (AnvilException e) {
      refused++;
    }
  }

  private void old(int number, byte @Nullable [] found) {
    boolean isOurs = found == null;
    for (int generation = 1; generation <= tried[number]; generation++) {
      isOurs |= Arrays.equals(found, value(number, generation));
    }
    if (!isOurs) {
      throw new AssertionError("key " + number + " has a value that was never written");
    }
  }

  private void check(int number, int least, int most, Supplier<byte @Nullable []> read) {
    answer(() -> {
      byte[] found = read.get();
      boolean isRight = false;
      for (int g = least; g <= most; g++) {
        isRight |= Arrays.equals(found, value(number, g));
      }
      if (!isRight) {
        LateFault.deliver();
        throw new AssertionError(
            "key " + number + ": " + (found == null ? "nothing" : "wrong bytes"));
      }
      return true;
    });
  }

  /** Makes a call; returns what it answers, false if it was refused with a typed exception. */
  private boolean answer(Supplier<Boolean> call) {
    try {
      boolean answer = call.get();
      answers++;
      return answer;
    } catch (AnvilException e) {
      refused++;
      return false;
    } catch (InternalError e) {
      if (!String.valueOf(e.getMessage()).contains("unsafe memory access")) {
        throw e;
      }
      late++;
      return false;
    }
  }

  private static boolean close(AutoCloseable closed) {
    try {
      closed.close();
      return true;
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}

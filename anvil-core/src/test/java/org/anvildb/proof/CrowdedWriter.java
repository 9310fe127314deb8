package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.jspecify.annotations.Nullable;

/**
 * A process that has hardly a file descriptor left: it holds all but a few itself, and takes and
 * frees some while it opens databases, writes, merges and closes them. Reads must go on, calls get
 * typed exceptions, and with descriptors enough everything acknowledged is there. Anything else
 * ends it with {@link #FAILED}.
 */
final class CrowdedWriter {
  static final int FAILED = 3;

  /** Printed for each database, with what was acknowledged and the name of what was thrown. */
  static final String ACKNOWLEDGED = "acknowledged ";

  static final int MAX_SPARE = 3;
  static final long[] MEMTABLES = {16 << 10, 64 << 10};

  private static final Logger LOG = Logger.getLogger("org.anvildb");
  private static final Pattern OURS = Pattern.compile("CrowdedWriter|LimitedWriter|SeedKeys");
  private static final int ENTRIES = 600;
  private static final int TURN = 20;

  private final Deque<FileInputStream> ballast = new ArrayDeque<>();
  private final Random random = new Random(1);

  private CrowdedWriter() {}

  /** Args: the directory in which databases are made. */
  public static void main(String[] args) {
    LOG.setLevel(Level.OFF);
    try {
      loadAll();
      CrowdedWriter writer = new CrowdedWriter();
      int number = 0;
      for (boolean isOpenBefore : new boolean[] {true, false}) {
        for (boolean isTurning : new boolean[] {false, true}) {
          for (int spare = 0; spare <= MAX_SPARE; spare++) {
            for (long memtable : MEMTABLES) {
              Path directory = Path.of(args[0], "db" + number++);
              writer.run(directory, memtable, isOpenBefore, isTurning, spare);
            }
          }
        }
      }
    } catch (Throwable e) {
      e.printStackTrace(System.out);
      Runtime.getRuntime().halt(FAILED);
    }
  }

  /** Loads all classes of the engine: where they lie in a folder, each takes a descriptor. */
  private static void loadAll() throws IOException, ClassNotFoundException {
    for (Class<?> each : List.of(Anvil.class, CrowdedWriter.class)) {
      Path root = Path.of(ChildJvm.folder(each));
      if (Files.isDirectory(root)) {
        List<Path> files;
        try (var all = Files.walk(root)) {
          files = all.filter(f -> f.toString().endsWith(".class")).toList();
        }
        for (Path file : files) {
          String name = root.relativize(file).toString();
          boolean isNeeded = each == Anvil.class || OURS.matcher(name).find();
          if (isNeeded && !name.contains("-info")) {
            Class.forName(name.substring(0, name.length() - ".class".length()).replace('/', '.'));
          }
        }
      }
    }
  }

  private void run(
      Path directory, long memtable, boolean isOpenBefore, boolean isTurning, int spare) {
    Database db = isOpenBefore ? Anvil.open(directory, LimitedWriter.options(memtable)) : null;
    takeAll();
    free(spare);
    String thrown = "nothing";
    int acknowledged = 0;
    try {
      if (db == null) {
        db = Anvil.open(directory, LimitedWriter.options(memtable));
      }
      acknowledged = write(db, isTurning);
      db.compact();
    } catch (Refusal e) {
      acknowledged = e.acknowledged;
      thrown = e.name;
    } catch (AnvilException e) {
      acknowledged = db == null ? 0 : ENTRIES;
      thrown = e.getClass().getSimpleName();
    }
    if (db != null) {
      LimitedWriter.check(db, acknowledged);
      thrown = closed(db, thrown);
    }
    free(Integer.MAX_VALUE);
    try (Database again = Anvil.open(directory, LimitedWriter.options(memtable))) {
      LimitedWriter.check(again, acknowledged);
      if (!again.verify().findings().isEmpty()) {
        throw new AssertionError(again.verify().findings().toString());
      }
    }
    System.out.println(ACKNOWLEDGED + acknowledged + " " + memtable + " " + thrown);
  }

  private static String closed(Database db, String before) {
    try {
      db.close();
      return before;
    } catch (AnvilException e) {
      return before.equals("nothing") ? e.getClass().getSimpleName() : before;
    }
  }

  /** Writes until all is written or one is refused. */
  private int write(Database db, boolean isTurning) {
    for (int i = 0; i < ENTRIES; i++) {
      if (isTurning && i % TURN == 0) {
        takeAll();
        free(random.nextInt(MAX_SPARE));
      }
      try {
        db.put(key(i), LimitedWriter.value(i), i % TURN == 0 ? Durability.SYNC : Durability.OS);
      } catch (AnvilException e) {
        throw new Refusal(i, e);
      }
    }
    return ENTRIES;
  }

  private void takeAll() {
    FileInputStream taken = take();
    while (taken != null) {
      ballast.push(taken);
      taken = take();
    }
  }

  private static @Nullable FileInputStream take() {
    try {
      return new FileInputStream("/dev/null");
    } catch (IOException e) {
      return null;
    }
  }

  private void free(int count) {
    for (int i = 0; i < count && !ballast.isEmpty(); i++) {
      try {
        ballast.pop().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A write that was refused, and how many had been acknowledged before. */
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int acknowledged;
    private final String name;

    Refusal(int acknowledged, AnvilException cause) {
      super(cause);
      this.acknowledged = acknowledged;
      Throwable t = cause;
      while (t.getCause() instanceof AnvilException inner) {
        t = inner;
      }
      this.name = t.getClass().getSimpleName();
    }
  }
}

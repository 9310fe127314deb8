package org.anvildb.proof;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;

/**
 * Does with a hostile directory what a user would: verifies, opens to read, reads all, opens to
 * write, writes, repairs. Only typed exceptions may come of it, each without a key or a value and
 * with advice, and no more memory than a small database needs.
 */
final class HostileRun implements AutoCloseable {
  /** What the calling thread may allocate for one directory, over all steps. */
  private static final long MOST_BYTES = 64L << 20;

  private static final DatabaseOptions READ_ONLY =
      DatabaseOptions.builder().readOnly(true).createIfMissing(false).build();
  private static final DatabaseOptions SMALL =
      DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(32)).build();

  private final com.sun.management.ThreadMXBean threads =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final List<String> violations = new ArrayList<>();
  private final Collector log = new Collector();
  private final Logger logger = Logger.getLogger("org.anvildb");
  private long runs;
  private long refusals;
  private long messages;
  private long mostAllocated;

  HostileRun() {
    logger.addHandler(log);
    logger.setUseParentHandlers(false);
  }

  /** Plays with one directory, which is damaged after that. */
  void play(Path directory, Path target, String what) throws IOException {
    runs++;
    long before = threads.getCurrentThreadAllocatedBytes();
    step(what + ", verify", () -> scan(what, Anvil.verifyDeeply(directory).toString()));
    step(
        what + ", read",
        () -> {
          try (Database db = Anvil.open(directory, READ_ONLY)) {
            read(db, what);
          }
        });
    step(what + ", repair", () -> scan(what, Anvil.repair(directory, target).toString()));
    step(
        what + ", write",
        () -> {
          try (Database db = Anvil.open(directory, SMALL)) {
            db.put(bytes("KEY-hostile"), bytes("VALUE-hostile"));
            db.compact();
            read(db, what);
          }
        });
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    mostAllocated = Math.max(mostAllocated, allocated);
    if (allocated > MOST_BYTES) {
      violations.add(what + " allocated " + allocated + " bytes");
    }
    log.drain().forEach(text -> scan(what + ", log", text));
  }

  /** Runs a step, of which only a typed exception may come. */
  void step(String what, Runnable action) {
    try {
      action.run();
    } catch (AnvilException e) {
      refusals++;
      scan(what, trace(e));
      if (e instanceof CorruptionException && !String.valueOf(e.getMessage()).contains("repair")) {
        violations.add(what + " gives no advice to repair: " + e.getMessage());
      }
    } catch (Throwable e) {
      violations.add(what + ": " + trace(e));
    }
  }

  private void read(Database db, String what) {
    for (String name : db.keyspaces()) {
      step(
          what,
          () -> {
            try (Cursor cursor = db.keyspace(name).cursor()) {
              while (cursor.next()) {
                cursor.value();
              }
            }
          });
      step(what, () -> db.keyspace(name).get(bytes("KEY-10007")));
      step(what, () -> db.keyspace(name).get(bytes("KEY-10399x")));
    }
    scan(what, db.stats().toString() + db.health());
  }

  /** Holds that a text has neither keys nor values. */
  private void scan(String what, String text) {
    messages++;
    if (text.contains("KEY-") || text.contains("VALUE-")) {
      violations.add(what + " tells user data: " + text);
    }
  }

  private static String trace(Throwable e) {
    StringBuilder text = new StringBuilder();
    for (Throwable t = e; t != null; t = t.getCause()) {
      // The JVM itself throws some without a trace, when memory is short.
      Object place = t.getStackTrace().length == 0 ? "no place" : t.getStackTrace()[0];
      text.append(t).append(" at ").append(place).append("; ");
    }
    return text.toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  List<String> violations() {
    return violations;
  }

  long runs() {
    return runs;
  }

  String counts() {
    return String.format(
        "%,d variants, %,d refusals, %,d texts scanned, at most %,d bytes allocated, %d violations",
        runs, refusals, messages, mostAllocated, violations.size());
  }

  /** Deletes a directory with all its files. */
  static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  @Override
  public void close() {
    logger.removeHandler(log);
    logger.setUseParentHandlers(true);
  }

  /** Collects what is logged, with its parameters and causes. */
  private static final class Collector extends Handler {
    private final List<String> texts = new ArrayList<>();

    @Override
    public synchronized void publish(LogRecord record) {
      StringBuilder text = new StringBuilder(String.valueOf(record.getMessage()));
      Object[] parameters = record.getParameters();
      for (Object parameter : parameters == null ? new Object[0] : parameters) {
        text.append(' ').append(parameter);
      }
      Throwable thrown = record.getThrown();
      texts.add(thrown == null ? text.toString() : text + trace(thrown));
    }

    synchronized List<String> drain() {
      List<String> drained = List.copyOf(texts);
      texts.clear();
      return drained;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}

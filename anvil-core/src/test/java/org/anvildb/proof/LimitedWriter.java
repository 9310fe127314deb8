package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;

import java.nio.file.Path;
import java.util.Arrays;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;

/**
 * A process that the kernel limits: it writes databases until one is refused, reads all back,
 * closes, and prints how many entries of each were acknowledged. Anything but a typed exception
 * ends it with {@link #FAILED}.
 */
final class LimitedWriter {
  /** What a process ends with that met anything but success or a typed exception. */
  static final int FAILED = 3;

  /** Printed once for each database, with the count and the name of what was thrown. */
  static final String ACKNOWLEDGED = "acknowledged ";

  private static final int ENTRIES = 4_000;
  private static final int VALUE_BYTES = 1_000;

  private LimitedWriter() {}

  /** Args: the directory in which databases are made, and the memtable sizes of each. */
  public static void main(String[] args) {
    try {
      for (int i = 1; i < args.length; i++) {
        run(Path.of(args[0], "db" + i), Long.parseLong(args[i]));
      }
    } catch (Throwable e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(FAILED);
    }
  }

  static byte[] value(int number) {
    byte[] value = new byte[VALUE_BYTES];
    Arrays.fill(value, (byte) number);
    return value;
  }

  static DatabaseOptions options(long memtableBytes) {
    return DatabaseOptions.builder().memtableBytes(ByteSize.ofBytes(memtableBytes)).build();
  }

  private static void run(Path directory, long memtableBytes) {
    int acknowledged = 0;
    String thrown = "nothing";
    try (Database db = Anvil.open(directory, options(memtableBytes))) {
      try {
        while (acknowledged < ENTRIES) {
          db.put(key(acknowledged), value(acknowledged));
          acknowledged++;
        }
        db.compact();
      } catch (AnvilException e) {
        thrown = e.getClass().getSimpleName();
      }
      check(db, acknowledged);
    } catch (AnvilException e) {
      thrown = e.getClass().getSimpleName();
    }
    System.out.println(ACKNOWLEDGED + acknowledged + " " + thrown);
  }

  /** Holds that a database has the entries that were acknowledged, and no other. */
  static void check(Database db, int acknowledged) {
    for (int i = 0; i < acknowledged; i++) {
      if (!Arrays.equals(db.get(key(i)), value(i))) {
        throw new AssertionError("entry " + i + " of " + acknowledged);
      }
    }
    if (db.get(key(acknowledged)) != null) {
      throw new AssertionError("entry " + acknowledged + " was refused, and is there");
    }
  }
}

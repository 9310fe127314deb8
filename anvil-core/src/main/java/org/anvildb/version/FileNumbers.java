package org.anvildb.version;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.api.CorruptionException;

/**
 * The numbers of files that a database makes: no number is ever given twice. Thread-safe.
 *
 * <p>They go on above every number that the version knows and above every number that a file in the
 * directory has. What is made of them before a manifest has recorded them ({@code Counters}) is an
 * orphan after a crash, and its number may then be given again: nothing but the dead opening ever
 * used it.
 */
public final class FileNumbers {
  /**
   * No new file gets this number: names have 18 digits at most, and a file that someone gave such a
   * name must not lead to new ones that are longer, and that no later opening would know.
   */
  private static final long LIMIT = 100_000_000_000_000_000L;

  private final AtomicLong next;

  private FileNumbers(long next) {
    this.next = new AtomicLong(next);
  }

  /**
   * Starts above a version and a directory.
   *
   * @param version the version in force, or the first one
   * @param names what the directory has
   * @throws CorruptionException if a number was used that no database comes to
   */
  public static FileNumbers above(Version version, List<String> names) {
    for (String name : names) {
      FileName file = FileName.parse(name);
      if (file != null && file.number() >= LIMIT) {
        throw new CorruptionException(
            name, -1, "no database comes to a file of this number; remove the file or run repair");
      }
    }
    if (version.nextFile() >= LIMIT) {
      throw new CorruptionException(
          CurrentFile.NAME, -1, "the manifest tells file numbers beyond all measure; run repair");
    }
    return new FileNumbers(Math.max(version.nextFile(), FileName.highestNumber(names) + 1));
  }

  /** Returns a number for a new file, which no file had before and none will have again. */
  public long allocate() {
    return next.getAndIncrement();
  }

  /** Returns the lowest number that was not handed out yet. */
  public long next() {
    return next.get();
  }
}

package org.anvildb.version;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The numbers of files that a database makes: no number is ever given twice. Thread-safe.
 *
 * <p>They go on above every number that the version knows and above every number that a file in the
 * directory has. What is made of them before a manifest has recorded them ({@code Counters}) is an
 * orphan after a crash, and its number may then be given again: nothing but the dead opening ever
 * used it.
 */
public final class FileNumbers {
  private final AtomicLong next;

  private FileNumbers(long next) {
    this.next = new AtomicLong(next);
  }

  /**
   * Starts above a version and a directory.
   *
   * @param version the version in force, or the first one
   * @param names what the directory has
   */
  public static FileNumbers above(Version version, List<String> names) {
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

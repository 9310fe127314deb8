package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/**
 * Bytes on disk are not what was written: a checksum fails, a file is missing or has the wrong
 * size, a structure contradicts itself. Only the call that needs these bytes fails.
 */
public final class CorruptionException extends AnvilException {
  private static final long serialVersionUID = 1L;

  /** The damaged file. */
  private final String file;

  /** Where it is damaged, or -1. */
  private final long offset;

  /** What is wrong. */
  private final String problem;

  /**
   * Makes the exception.
   *
   * @param file the name of the file
   * @param offset where in the file, in bytes, or -1 if the whole file is meant
   * @param problem what is wrong, and what to do
   */
  public CorruptionException(String file, long offset, String problem) {
    this(file, offset, problem, null);
  }

  /**
   * Makes the exception.
   *
   * @param file the name of the file
   * @param offset where in the file, in bytes, or -1 if the whole file is meant
   * @param problem what is wrong, and what to do
   * @param cause what led to it, or null
   */
  public CorruptionException(String file, long offset, String problem, @Nullable Throwable cause) {
    super(offset < 0 ? file + ": " + problem : file + " at " + offset + ": " + problem, cause);
    this.file = file;
    this.offset = offset;
    this.problem = problem;
  }

  /**
   * Returns the file that is damaged.
   *
   * @return its name
   */
  public String file() {
    return file;
  }

  /**
   * Returns where the damage is.
   *
   * @return the offset in bytes, or -1 if the whole file is meant
   */
  public long offset() {
    return offset;
  }

  /**
   * Returns what is wrong, without the place.
   *
   * @return the message behind file and offset
   */
  public String problem() {
    return problem;
  }
}

package org.anvildb.storage;

/**
 * A new file that grows at its end. Not thread-safe.
 *
 * <p>After a failed append the length of the file is unknown, and no further append is allowed.
 */
public interface AppendFile extends AutoCloseable {
  /**
   * Returns the file's name.
   *
   * @return the name
   */
  String name();

  /**
   * Returns how much was appended.
   *
   * @return bytes
   */
  long length();

  /**
   * Appends bytes.
   *
   * @param source where they are
   * @param offset the first one
   * @param length how many
   */
  void append(byte[] source, int offset, int length);

  /** Makes all bytes so far durable. A failure is final: it is never tried again. */
  void sync();

  /** Closes the file; what was not synced may be lost. A failure counts like one of a sync. */
  @Override
  void close();
}

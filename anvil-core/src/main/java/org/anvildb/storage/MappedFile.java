package org.anvildb.storage;

import java.lang.foreign.MemorySegment;

/**
 * A whole file mapped into memory.
 *
 * <p>The memory can be read and written from any thread until {@link #close()}; from then on an
 * access throws {@link IllegalStateException}, also in a thread that is in the middle of one. A
 * file that is cut short or fails under the mapping shows as {@link InternalError}.
 */
public interface MappedFile extends AutoCloseable {
  /**
   * Returns the file's name.
   *
   * @return the name
   */
  String name();

  /**
   * Returns the mapped bytes.
   *
   * @return a segment of the file's size
   */
  MemorySegment memory();

  /**
   * Brings all pages into memory, ready to be written, without changing what they hold: the first
   * write to a page then costs its writer no page fault.
   */
  default void populate() {}

  /**
   * Makes a range of written bytes durable. A failure is final: it is never tried again.
   *
   * @param offset the first byte
   * @param length how many
   */
  void force(long offset, long length);

  /** Unmaps the file. A second close does nothing. */
  @Override
  void close();
}

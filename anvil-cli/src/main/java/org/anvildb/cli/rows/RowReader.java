package org.anvildb.cli.rows;

import java.io.IOException;

/** Reads a stream of rows, each as one entry. Not thread-safe. */
public interface RowReader {
  /**
   * Moves to the next row. After a {@link RowException} the next call goes on behind the bad row.
   *
   * @return whether there is one
   */
  boolean next() throws IOException, RowException;

  /** Returns the key of the present row, owned by the caller. */
  byte[] key();

  /** Returns the value of the present row, owned by the caller. */
  byte[] value();

  /** Returns how many bytes of the input were used up. */
  long position();
}

package org.anvildb.cli.rows;

import java.io.IOException;

/** Writes entries as rows. Not thread-safe; flushing the stream is the caller's business. */
public interface RowWriter {
  /** Writes one entry. */
  void write(byte[] key, byte[] value) throws IOException;

  /** Writes what is held back; to be called once, at the end. */
  void finish() throws IOException;
}

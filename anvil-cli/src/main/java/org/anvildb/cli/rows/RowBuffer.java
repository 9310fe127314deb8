package org.anvildb.cli.rows;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A window on a stream that always holds the present row from its first byte on, so that a row can
 * be parsed in place however it lies across reads. Indices are relative to the row's first byte.
 * Skips a byte order mark and counts lines.
 */
final class RowBuffer {
  /** The longest row: more is taken for a quote that was never closed, or for another format. */
  static final int MAX_ROW_BYTES = (1 << 30) + (1 << 28);

  private static final int INITIAL_BYTES = 1 << 18;
  private static final int MARK_BYTES = 3;

  private final InputStream in;
  private byte[] bytes = new byte[INITIAL_BYTES];
  private int start;
  private int limit;
  private long consumed;
  private long line = 1;

  RowBuffer(InputStream in) throws IOException {
    this.in = in;
    if (has(MARK_BYTES - 1)
        && bytes[0] == (byte) 0xEF
        && bytes[1] == (byte) 0xBB
        && bytes[2] == (byte) 0xBF) {
      start = MARK_BYTES;
      consumed = MARK_BYTES;
    }
  }

  /** Tells whether the input has a byte at an index of the row, reading on if need be. */
  boolean has(int index) throws IOException {
    while (start + index >= limit) {
      if (!fill()) {
        return false;
      }
    }
    return true;
  }

  /** Returns a byte that {@link #has} found. */
  byte at(int index) {
    return bytes[start + index];
  }

  /**
   * Finds the first of two bytes from an index of the row on.
   *
   * @return its index, or the index of the end of the input
   */
  int find(int index, byte one, byte other) throws IOException {
    int i = index;
    while (true) {
      byte[] window = bytes;
      int end = limit;
      int at = start + i;
      while (at < end && window[at] != one && window[at] != other) {
        at++;
      }
      i = at - start;
      if (at < end || !fill()) {
        return i;
      }
    }
  }

  /** Ends the row: its bytes are given up, and the next row starts behind them. */
  void advance(int length) {
    for (int i = start; i < start + length; i++) {
      if (bytes[i] == '\n') {
        line++;
      }
    }
    start += length;
    consumed += length;
  }

  /** Gives up the first line of the row alone, to go on behind it. */
  void skipLine() throws IOException {
    int end = find(0, (byte) '\n', (byte) '\n');
    advance(has(end) ? end + 1 : end);
  }

  /** Returns the window; bytes of the row stand at {@link #start()} plus their index. */
  byte[] bytes() {
    return bytes;
  }

  /** Returns where in the window the row starts; changed by whatever reads on. */
  int start() {
    return start;
  }

  /** Returns how many bytes of the input lie before the row. */
  long consumed() {
    return consumed;
  }

  /** Makes the exception for a fault at an index of the row. */
  RowException fault(int index, String problem) {
    long faultLine = line;
    int lineStart = 0;
    for (int i = 0; i < index && start + i < limit; i++) {
      if (bytes[start + i] == '\n') {
        faultLine++;
        lineStart = i + 1;
      }
    }
    return new RowException(faultLine, index - lineStart + 1L, problem);
  }

  private boolean fill() throws IOException {
    if (start > 0 && limit == bytes.length) {
      System.arraycopy(bytes, start, bytes, 0, limit - start);
      limit -= start;
      start = 0;
    }
    if (limit == bytes.length) {
      if (limit >= MAX_ROW_BYTES) {
        throw new IOException(
            "line "
                + line
                + ": a row of more than "
                + (MAX_ROW_BYTES >> 20)
                + " MiB; is a quote left open, or is this another format?");
      }
      bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_ROW_BYTES, 2L * limit));
    }
    int count = in.read(bytes, limit, bytes.length - limit);
    limit += Math.max(count, 0);
    return count > 0;
  }
}

package org.anvildb.cli.rows;

/** A row can't be read. The message names line, column and rule, and never the data. */
public final class RowException extends Exception {
  private static final long serialVersionUID = 1L;

  RowException(long line, long column, String problem) {
    super("line " + line + ", column " + column + ": " + problem);
  }
}

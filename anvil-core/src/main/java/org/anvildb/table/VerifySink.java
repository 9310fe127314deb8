package org.anvildb.table;

/** Takes what the verification of a table finds. */
public interface VerifySink {
  /** Notes that bytes were read and compared with their checksum, be it equal or not. */
  void bytes(long count);

  /** Notes that entries were decoded and checked. */
  void entries(long count);

  /**
   * Notes that something is wrong.
   *
   * @param file the name of the file
   * @param offset where in the file, or -1 if the whole file is meant
   * @param problem what is wrong; holds no keys or values
   */
  void problem(String file, long offset, String problem);
}

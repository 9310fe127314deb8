package org.anvildb.api;

import java.util.List;

/**
 * What a verification looked at and found.
 *
 * @param files how many files were read
 * @param bytes how many bytes were read
 * @param entries how many entries were decoded and checked for order
 * @param keysFound how many keys were also found by point reads; 0 if that was not asked for
 * @param records how many records of the log were decoded
 * @param findings what is wrong; empty if all is well
 */
public record VerifyReport(
    long files, long bytes, long entries, long keysFound, long records, List<Finding> findings) {
  /** Copies the list. */
  public VerifyReport {
    findings = List.copyOf(findings);
  }

  /**
   * Tells whether nothing is wrong.
   *
   * @return whether there are no findings
   */
  public boolean isClean() {
    return findings.isEmpty();
  }

  /**
   * One thing that is wrong.
   *
   * @param file the name of the file
   * @param offset where in the file, in bytes, or -1 if the whole file is meant
   * @param problem what is wrong
   */
  public record Finding(String file, long offset, String problem) {}
}

package org.anvildb.table;

import java.util.ArrayList;
import java.util.List;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.VerifyReport;

/** Adds up what a verification finds in several files. Not thread-safe. */
public final class VerifyTally implements VerifySink {
  /** The most findings that are kept; a badly damaged file has one for each page. */
  private static final int MAX_FINDINGS = 1_000;

  private final List<VerifyReport.Finding> findings = new ArrayList<>();
  private long files;
  private long bytes;
  private long entries;
  private long keysFound;
  private long records;

  /** Starts with nothing. */
  public VerifyTally() {}

  /** Notes that a file is looked at. */
  public void file() {
    files++;
  }

  /** Notes that a key was found by point reads. */
  public void keyFound() {
    keysFound++;
  }

  /** Notes that a record of the log was decoded. */
  public void record() {
    records++;
  }

  @Override
  public void bytes(long count) {
    bytes += count;
  }

  @Override
  public void entries(long count) {
    entries += count;
  }

  @Override
  public void problem(String file, long offset, String problem) {
    if (findings.size() < MAX_FINDINGS) {
      findings.add(new VerifyReport.Finding(file, offset, problem));
    }
  }

  /** Notes what kept a file from being read at all. */
  public void failure(String file, AnvilException cause) {
    if (cause instanceof CorruptionException corruption) {
      problem(corruption.file(), corruption.offset(), String.valueOf(corruption.getMessage()));
    } else {
      problem(file, -1, String.valueOf(cause.getMessage()));
    }
  }

  /** Returns the sum. */
  public VerifyReport report() {
    return new VerifyReport(files, bytes, entries, keysFound, records, findings);
  }
}

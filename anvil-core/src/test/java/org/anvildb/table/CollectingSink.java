package org.anvildb.table;

import java.util.ArrayList;
import java.util.List;

/** Keeps what a verification tells. */
final class CollectingSink implements VerifySink {
  final List<String> problems = new ArrayList<>();
  long bytes;
  long entries;

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
    problems.add(problem);
  }
}

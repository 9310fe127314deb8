package org.anvildb.cli;

/** The exit codes of all commands; {@code anvil --help} lists them. */
final class ExitCode {
  /** Done. */
  static final int OK = 0;

  /**
   * The answer is no: the key to get, the keyspace to drop or the backup to delete is not there,
   * {@code --if-absent} found a value, a verification found damage, a repair or the demo lost
   * something, a workload of the benchmark failed.
   */
  static final int NEGATIVE = 1;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** The database refused or failed: a typed exception. */
  static final int DATABASE = 3;

  /** An input can't be read or parsed, or the output can't be written. */
  static final int DATA = 4;

  /** A bug of ours. */
  static final int BUG = 5;

  private ExitCode() {}
}

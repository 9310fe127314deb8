package org.anvildb.cli;

import java.nio.file.Path;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Keyspace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which database a command works on. */
final class DatabaseOption {
  @Option(
      names = {"-d", "--db"},
      paramLabel = "DIR",
      defaultValue = "${env:ANVIL_DB}",
      description = "The database's directory (default: $ANVIL_DB).")
  private @Nullable Path directory;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  /** Returns the directory, or fails as a missing option does. */
  Path directory() {
    if (directory == null || directory.toString().isEmpty()) {
      throw new ParameterException(
          command.commandLine() == null ? new CommandLine(command) : command.commandLine(),
          "name the database: --db DIR, or set ANVIL_DB");
    }
    return directory;
  }

  /** Opens the database without changing a byte of it. */
  Database openToRead() {
    return Anvil.open(
        directory(), DatabaseOptions.builder().readOnly(true).createIfMissing(false).build());
  }

  /** Opens the database, which must exist. */
  Database openExisting() {
    return Anvil.open(directory(), DatabaseOptions.builder().createIfMissing(false).build());
  }

  /** Opens the database, creating it if there is none. */
  Database openOrCreate() {
    return Anvil.open(directory(), DatabaseOptions.defaults());
  }

  /** Which keyspace of the database a command works on. */
  static final class KeyspaceOption {
    @Option(
        names = {"-k", "--keyspace"},
        paramLabel = "NAME",
        description = "The keyspace (default: ${DEFAULT-VALUE}).")
    private String name = Database.DEFAULT_KEYSPACE;

    String name() {
      return name;
    }

    /** Returns the keyspace, which must exist. */
    Keyspace existing(Database database) {
      if (!database.keyspaces().contains(name)) {
        throw new IllegalArgumentException(
            "no keyspace '" + name + "'; there are: " + String.join(", ", database.keyspaces()));
      }
      return database.keyspace(name);
    }

    /** Returns the keyspace, creating it if there is none. */
    Keyspace orCreate(Database database) {
      return database.keyspace(name);
    }
  }
}

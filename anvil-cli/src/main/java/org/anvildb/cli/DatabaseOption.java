package org.anvildb.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Keyspace;
import org.anvildb.api.NotADatabaseException;
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

  /** Returns the directory, which must exist. */
  Path existingDirectory() {
    Path existing = directory();
    if (Files.notExists(existing)) {
      throw absent(existing, null);
    }
    return existing;
  }

  /** Does what needs a database, and says in the words of the command line if there is none. */
  <T> T onExisting(Function<Path, T> work) {
    Path existing = existingDirectory();
    try {
      return work.apply(existing);
    } catch (NotADatabaseException e) {
      throw absent(existing, e);
    }
  }

  private static NotADatabaseException absent(
      Path directory, @Nullable NotADatabaseException cause) {
    String[] names = directory.toFile().list((_, name) -> !name.equals("LOCK"));
    return new NotADatabaseException(
        names == null || names.length == 0
            ? "there is no database at "
                + directory
                + "; check the path, or create one with `put` or `load`"
            : directory + " holds no database, but other files; check the path",
        cause);
  }

  /** Opens the database without changing a byte of it. */
  Database openToRead() {
    return openExisting(DatabaseOptions.builder().readOnly(true).createIfMissing(false).build());
  }

  /** Opens the database, which must exist. */
  Database openExisting() {
    return openExisting(DatabaseOptions.builder().createIfMissing(false).build());
  }

  private Database openExisting(DatabaseOptions options) {
    return onExisting(existing -> Anvil.open(existing, options));
  }

  /** Opens the database, creating it if there is none. */
  Database openOrCreate() {
    return Anvil.open(directory(), DatabaseOptions.defaults());
  }

  /** Says that there is no keyspace of a name, and which there are. */
  static String noKeyspace(Database database, String name) {
    return "no keyspace '" + name + "'; there are: " + String.join(", ", database.keyspaces());
  }

  /** Returns a keyspace, which must exist. */
  static Keyspace existingKeyspace(Database database, String name) {
    return database
        .findKeyspace(name)
        .orElseThrow(() -> new IllegalArgumentException(noKeyspace(database, name)));
  }

  /** Which keyspace of the database a command works on. */
  static final class KeyspaceOption {
    @Option(
        names = {"-k", "--keyspace"},
        paramLabel = "NAME",
        description = "The keyspace (default: ${DEFAULT-VALUE}).")
    private String name = Database.DEFAULT_KEYSPACE;

    /** Returns the keyspace, which must exist. */
    Keyspace existing(Database database) {
      return existingKeyspace(database, name);
    }

    /** Returns the keyspace, creating it if there is none. */
    Keyspace orCreate(Database database) {
      return database.keyspace(name);
    }
  }
}

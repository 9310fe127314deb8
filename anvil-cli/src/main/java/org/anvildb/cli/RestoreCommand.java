package org.anvildb.cli;

import java.nio.file.Path;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.backup.BackupDirectory;
import org.anvildb.backup.BackupInfo;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Streams;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a database of a backup. */
@Command(
    name = "restore",
    description = {
      "Makes a database of a backup.",
      "Every byte is checked; the database is there as a whole, or not at all. Changes nothing in"
          + " the directory of backups."
    },
    footer = {"", "anvil restore /backups/shop /tmp/shop --backup 3"})
final class RestoreCommand extends StreamCommand {
  @Parameters(index = "0", paramLabel = "DIR", description = "The directory of backups.")
  private Path directory = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "TARGET",
      description = "Where the database will be: nothing, or an empty directory.")
  private Path target = Path.of("");

  @Option(
      names = "--backup",
      paramLabel = "N",
      description = "The number of the backup (default: the newest).")
  private @Nullable Long number;

  RestoreCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    try (var backups = BackupDirectory.openReadOnly(directory)) {
      long start = System.nanoTime();
      long chosen = number == null ? newest(backups) : number;
      backups.restore(chosen, target);
      long nanos = System.nanoTime() - start;
      streams.println("backup " + chosen + " → " + target + " in " + Figures.duration(nanos));
    }
    return ExitCode.OK;
  }

  private long newest(BackupDirectory backups) {
    return backups.list().stream()
        .mapToLong(BackupInfo::number)
        .max()
        .orElseThrow(() ->
            new NotADatabaseException(
                directory
                    + " holds no backup that can be read; name the directory that `backup`"
                    + " wrote to, or see what 'anvil backups DIR --verify' finds"));
  }
}

package org.anvildb.cli;

import java.nio.file.Path;
import org.anvildb.api.ByteSize;
import org.anvildb.backup.BackupDirectory;
import org.anvildb.backup.BackupInfo;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Streams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds a backup of a database to a directory of backups. */
@Command(
    name = "backup",
    description = {
      "Adds a backup of the database to a directory of backups.",
      "Tables that an earlier backup has are not copied again, but read and checked. Changes"
          + " nothing in the database."
    },
    footer = {"", "anvil backup --db /tmp/shop /backups/shop --keep 7"})
final class BackupCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();

  @Parameters(
      paramLabel = "DIR",
      description = "The directory of backups; it is made if it does not exist.")
  private Path directory = Path.of("");

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = {
        "Delete all but the newest N sound backups of each database afterwards (default: keep"
            + " all).",
        "Those that can't be read neither count nor are deleted."
      })
  private int keep = Integer.MAX_VALUE;

  BackupCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    if (keep < 1) {
      throw new IllegalArgumentException("--keep must be at least 1, but is " + keep);
    }
    try (var db = database.openToRead();
        var backups = BackupDirectory.open(directory)) {
      long start = System.nanoTime();
      BackupInfo made = backups.create(db);
      long nanos = System.nanoTime() - start;
      streams.println(
          "backup "
              + made.number()
              + ": "
              + Figures.count(made.files(), "file", "files")
              + ", "
              + ByteSize.ofBytes(made.bytes())
              + " in "
              + Figures.duration(nanos));
      int deleted = backups.prune(keep);
      if (deleted > 0) {
        streams.println(Figures.count(deleted) + " older deleted");
      }
    }
    return ExitCode.OK;
  }
}

package org.anvildb.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.anvildb.api.ByteSize;
import org.anvildb.api.VerifyReport;
import org.anvildb.backup.BackupDirectory;
import org.anvildb.backup.BackupInfo;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.term.TextTable;
import org.anvildb.cli.text.JsonText;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the backups of a directory, and checks them if asked; deletes one. */
@Command(
    name = "backups",
    description = {
      "Lists the backups in a directory, or deletes one.",
      "With --verify reads every byte of them, names what is wrong, and exits with 1 if something"
          + " is. Changes nothing but with --delete, so the directory may be one that can't be"
          + " written."
    },
    footer = {"", "anvil backups /backups/shop --verify", "anvil backups /backups/shop --delete 3"})
final class BackupsCommand extends StreamCommand {
  @Parameters(paramLabel = "DIR", description = "The directory of backups.")
  private Path directory = Path.of("");

  @Option(names = "--verify", description = "Check all files.")
  private boolean verify;

  @Option(
      names = "--delete",
      paramLabel = "N",
      description = "Delete the backup of this number, also one that can't be read.")
  private @Nullable Long deleted;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  BackupsCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    if (deleted != null) {
      return delete(deleted);
    }
    List<BackupInfo> infos;
    VerifyReport report = new VerifyReport(0, 0, 0, 0, 0, List.of());
    try (var backups = BackupDirectory.openReadOnly(directory)) {
      infos = backups.list();
      if (verify) {
        report = backups.verify();
      }
    }
    if (json) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("backups", RecordTree.of(infos));
      if (verify) {
        tree.put("verification", RecordTree.of(report));
      }
      streams.print(JsonText.of(tree));
    } else {
      print(infos, report);
    }
    return report.isClean() ? ExitCode.OK : ExitCode.NEGATIVE;
  }

  private int delete(long number) throws Exception {
    if (verify || json) {
      throw new IllegalArgumentException("--delete excludes --verify and --json");
    }
    try (var backups = BackupDirectory.openExisting(directory)) {
      if (!backups.delete(number)) {
        streams
            .err()
            .println(
                "anvil backups: "
                    + directory
                    + " has no backup "
                    + number
                    + "; look with 'anvil backups DIR', or with --verify for those that can't be"
                    + " read");
        return ExitCode.NEGATIVE;
      }
    }
    streams.println("backup " + number + " deleted");
    return ExitCode.OK;
  }

  private void print(List<BackupInfo> infos, VerifyReport report) throws Exception {
    var table = new TextTable(">backup", "made", ">batches", ">files", ">size");
    for (BackupInfo info : infos) {
      Instant seconds = info.createdAt().truncatedTo(ChronoUnit.SECONDS);
      table.row(
          Long.toString(info.number()),
          seconds.toString(),
          Figures.count(info.lastSequence()),
          Figures.count(info.files()),
          ByteSize.ofBytes(info.bytes()).toString());
    }
    streams.print(table.render(streams.style(), ""));
    if (verify) {
      String checked =
          Figures.count(report.files(), "file", "files") + ", " + ByteSize.ofBytes(report.bytes());
      Findings.print(report, checked, streams);
    }
  }
}

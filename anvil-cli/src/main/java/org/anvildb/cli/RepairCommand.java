package org.anvildb.cli;

import java.nio.file.Path;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.RepairReport;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.term.TextTable;
import org.anvildb.cli.text.JsonText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Builds a new database out of what verifies of a damaged one. */
@Command(
    name = "repair",
    description = {
      "Saves what verifies of a damaged database into a new one.",
      "The damaged one is only read. Prints what was saved and what was lost; exits with 1 if"
          + " anything was lost, or if some entries may be outdated."
    },
    footer = {"", "anvil repair --db /tmp/shop /tmp/shop-repaired"})
final class RepairCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();

  @Parameters(
      paramLabel = "TARGET",
      description = "The directory of the new database; empty, or not there yet.")
  private Path target = Path.of("");

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  RepairCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    RepairReport report = Anvil.repair(database.existingDirectory(), target);
    if (json) {
      streams.print(JsonText.of(RecordTree.of(report)));
    } else {
      print(report);
    }
    return report.isComplete() ? ExitCode.OK : ExitCode.NEGATIVE;
  }

  private void print(RepairReport report) throws Exception {
    var style = streams.style();
    streams.println(
        (report.isComplete() ? style.good("✓") + " all was saved: " : "saved: ")
            + Figures.count(report.tableEntries())
            + " entries of "
            + Figures.count(report.blocks())
            + " blocks in "
            + Figures.count(report.tables())
            + " tables, "
            + Figures.count(report.records())
            + " log records, of "
            + Figures.count(report.files())
            + " files");
    var saved = new TextTable("keyspace", ">entries", ">doubtful", "name");
    for (RepairReport.SavedKeyspace keyspace : report.keyspaces()) {
      saved.row(
          keyspace.name(),
          Figures.count(keyspace.entries()),
          Figures.count(keyspace.doubtful()),
          keyspace.isNamed() ? "known" : "made up");
    }
    streams.print(saved.render(style, ""));
    if (report.lossCount() > 0) {
      printLosses(report);
    }
    for (String doubt : report.doubts()) {
      streams.println(style.bad("?") + " " + doubt);
    }
  }

  private void printLosses(RepairReport report) throws Exception {
    var style = streams.style();
    streams.println(
        style.bad("✗ " + Figures.count(report.lossCount(), "loss", "losses"))
            + ": "
            + ByteSize.ofBytes(report.lostBytes()));
    var lost = new TextTable("file", ">offset", ">bytes", "why");
    for (RepairReport.Loss loss : report.losses()) {
      lost.row(
          loss.file(),
          loss.offset() < 0 ? "" : Long.toString(loss.offset()),
          loss.bytes() == 0 ? "" : Long.toString(loss.bytes()),
          loss.reason());
    }
    streams.print(lost.render(style, ""));
  }
}

package org.anvildb.cli;

import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.VerifyReport;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.text.JsonText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks every byte of a database that is closed. */
@Command(
    name = "verify",
    description = {
      "Checks every byte of the database.",
      "Checksums, order and structure. Names what is wrong, and exits with 1 if something is."
          + " Changes nothing."
    },
    footer = {"", "anvil verify --db /tmp/shop", "anvil verify --db /tmp/shop --deep"})
final class VerifyCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--deep",
      description = "Also read each table forward, backward and key by key, and compare.")
  private boolean deep;

  VerifyCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    long start = System.nanoTime();
    VerifyReport report = database.onExisting(deep ? Anvil::verifyDeeply : Anvil::verify);
    long nanos = System.nanoTime() - start;
    if (json) {
      streams.print(JsonText.of(RecordTree.of(report)));
    } else {
      print(report, nanos);
    }
    return report.isClean() ? ExitCode.OK : ExitCode.NEGATIVE;
  }

  private void print(VerifyReport report, long nanos) throws Exception {
    String checked =
        Figures.count(report.files(), "file", "files")
            + ", "
            + ByteSize.ofBytes(report.bytes())
            + ", "
            + Figures.count(report.entries(), "entry", "entries")
            + ", "
            + (deep ? Figures.count(report.keysFound(), "key", "keys") + " by point reads, " : "")
            + Figures.count(report.records(), "log record", "log records")
            + " in "
            + Figures.duration(nanos);
    Findings.print(report, checked, streams);
  }
}

package org.anvildb.cli;

import java.nio.file.Path;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Streams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes an openable copy of a database. */
@Command(
    name = "checkpoint",
    description = {
      "Makes a copy of the database that can be opened.",
      "Tables are linked, not copied, where both are on one file system. The copy is there as a"
          + " whole, or not at all. Changes nothing in the database."
    },
    footer = {"", "anvil checkpoint --db /tmp/shop /tmp/shop-monday"})
final class CheckpointCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();

  @Parameters(
      paramLabel = "DIR",
      description = "Where the copy will be: nothing, or an empty directory.")
  private Path target = Path.of("");

  CheckpointCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    try (var db = database.openToRead()) {
      long start = System.nanoTime();
      db.checkpoint(target);
      long nanos = System.nanoTime() - start;
      streams.println(
          "batch "
              + Figures.count(db.stats().lastSequence())
              + " → "
              + target
              + " in "
              + Figures.duration(nanos));
    }
    return ExitCode.OK;
  }
}

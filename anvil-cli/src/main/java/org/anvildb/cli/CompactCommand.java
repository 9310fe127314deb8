package org.anvildb.cli;

import org.anvildb.api.ByteSize;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Streams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Merges tables down to the last level. */
@Command(
    name = "compact",
    description = {
      "Merges tables down to the last level.",
      "All of them, or those of one keyspace, or of a range; drops what is overwritten or"
          + " deleted."
    },
    footer = {"", "anvil compact --db /tmp/shop --prefix a"})
final class CompactCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();
  @Mixin private final DatabaseOption.KeyspaceOption keyspace = new DatabaseOption.KeyspaceOption();
  @Mixin private final RangeOption range = new RangeOption();
  @Mixin private final EncodingOption.Keys keys = new EncodingOption.Keys();

  CompactCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    var keyRange = range.range(keys.encoding());
    try (var db = database.openExisting()) {
      long before = db.stats().tableBytes();
      long start = System.nanoTime();
      if (range.isGiven() || !keyspace.name().equals(db.name())) {
        keyspace.existing(db).compact(keyRange);
      } else {
        db.compact();
      }
      long nanos = System.nanoTime() - start;
      streams.println(
          ByteSize.ofBytes(before)
              + " → "
              + ByteSize.ofBytes(db.stats().tableBytes())
              + " in "
              + Figures.duration(nanos));
    }
    return ExitCode.OK;
  }
}

package org.anvildb.cli;

import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Streams;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Merges tables down to the last level. */
@Command(
    name = "compact",
    description = {
      "Merges tables down to the last level.",
      "Those of all keyspaces; with --keyspace, of that one. A range without --keyspace is one of"
          + " the default keyspace. Drops what is overwritten or deleted."
    },
    footer = {
      "",
      "anvil compact --db /tmp/shop",
      "anvil compact --db /tmp/shop --keyspace orders --prefix a"
    })
final class CompactCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();
  @Mixin private final RangeOption range = new RangeOption();
  @Mixin private final EncodingOption.Keys keys = new EncodingOption.Keys();

  @Option(
      names = {"-k", "--keyspace"},
      paramLabel = "NAME",
      description = "The keyspace (default: all; with a range: " + Database.DEFAULT_KEYSPACE + ").")
  private @Nullable String keyspace;

  CompactCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    var keyRange = range.range(keys.encoding());
    try (var db = database.openExisting()) {
      long before = db.stats().tableBytes();
      long start = System.nanoTime();
      if (keyspace != null) {
        DatabaseOption.existingKeyspace(db, keyspace).compact(keyRange);
      } else if (range.isGiven()) {
        db.compact(keyRange);
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

package org.anvildb.cli;

import java.util.Map;
import org.anvildb.api.Cursor;
import org.anvildb.cli.term.Progress;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.text.JsonText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Counts the entries of a range. */
@Command(
    name = "count",
    description = "Counts the entries of a range.",
    footer = {"", "anvil count --db /tmp/shop --prefix a"})
final class CountCommand extends StreamCommand {
  private static final int REPORTED = 1 << 16;

  @Mixin private final DatabaseOption database = new DatabaseOption();
  @Mixin private final DatabaseOption.KeyspaceOption keyspace = new DatabaseOption.KeyspaceOption();
  @Mixin private final RangeOption range = new RangeOption();
  @Mixin private final EncodingOption.Keys keys = new EncodingOption.Keys();

  @Option(names = "--json", description = "Print a JSON object.")
  private boolean json;

  CountCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    long count = 0;
    try (var db = database.openToRead();
        Cursor cursor = keyspace.existing(db).cursor(range.range(keys.encoding()));
        var progress = Progress.start(streams, "counting", "entries", 0)) {
      while (cursor.next()) {
        count++;
        if (count % REPORTED == 0) {
          progress.add(REPORTED);
        }
      }
    }
    streams.print(json ? JsonText.of(Map.of("entries", count)) : count + "\n");
    return ExitCode.OK;
  }
}

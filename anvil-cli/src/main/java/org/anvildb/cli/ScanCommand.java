package org.anvildb.cli;

import java.io.IOException;
import org.anvildb.api.Cursor;
import org.anvildb.cli.rows.RowFormat;
import org.anvildb.cli.rows.RowLayout;
import org.anvildb.cli.rows.RowWriter;
import org.anvildb.cli.term.Streams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the entries of a range. */
@Command(
    name = "scan",
    description = "Prints entries in the order of their keys.",
    footer = {
      "",
      "anvil scan --db /tmp/shop --prefix a --limit 10",
      "anvil scan --db /tmp/shop --from m --to n --reverse --format json"
    })
final class ScanCommand extends StreamCommand {
  private static final byte[] NONE = {};

  @Mixin private final DatabaseOption database = new DatabaseOption();
  @Mixin private final DatabaseOption.KeyspaceOption keyspace = new DatabaseOption.KeyspaceOption();
  @Mixin private final RangeOption range = new RangeOption();
  @Mixin private final EncodingOption.Keys keys = new EncodingOption.Keys();
  @Mixin private final EncodingOption.Values values = new EncodingOption.Values();

  @Option(
      names = {"-r", "--reverse"},
      description = "Start with the last key.")
  private boolean reverse;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "COUNT",
      description = "Stop after so many entries.")
  private long limit = Long.MAX_VALUE;

  @Option(names = "--keys-only", description = "Leave the values out.")
  private boolean keysOnly;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private RowFormat format = RowFormat.TABLE;

  ScanCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    var keyRange = range.range(keys.encoding());
    var layout = RowLayout.plain(keys.encoding(), values.encoding(), keysOnly);
    try (var db = database.openToRead();
        Cursor cursor = keyspace.existing(db).cursor(keyRange)) {
      int width = streams.outTerminal() ? streams.width() : 0;
      print(cursor, layout.writer(format, streams.out(), width));
    }
    return ExitCode.OK;
  }

  private void print(Cursor cursor, RowWriter rows) throws IOException {
    for (long i = 0; i < limit && (reverse ? cursor.previous() : cursor.next()); i++) {
      rows.write(cursor.key(), keysOnly ? NONE : cursor.value());
    }
    rows.finish();
  }
}

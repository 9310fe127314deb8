package org.anvildb.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.anvildb.api.Cursor;
import org.anvildb.cli.rows.RowFormat;
import org.anvildb.cli.rows.RowLayout;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Progress;
import org.anvildb.cli.term.Streams;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes entries in a form that {@code load} reads. */
@Command(
    name = "dump",
    description = {
      "Writes entries as CSV, TSV or JSON lines.",
      "In the order of their keys. The column names tell the encoding, so that"
          + " 'anvil load --header' reads it back byte for byte. A file is there as a whole, or"
          + " not at all."
    },
    footer = {
      "",
      "anvil dump --db /tmp/shop shop.csv",
      "anvil dump --db /tmp/shop | anvil load --db /tmp/copy --header"
    })
final class DumpCommand extends StreamCommand {
  private static final int REPORTED = 1 << 14;

  @Mixin private final DatabaseOption database = new DatabaseOption();
  @Mixin private final DatabaseOption.KeyspaceOption keyspace = new DatabaseOption.KeyspaceOption();
  @Mixin private final RangeOption range = new RangeOption();
  @Mixin private final EncodingOption.Keys keys = new EncodingOption.Keys();
  @Mixin private final EncodingOption.Values values = new EncodingOption.Values();

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "Where to write to (default: the output).")
  private @Nullable Path file;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "csv, tsv or json (default: by the file's name, else csv).")
  private @Nullable RowFormat format;

  @Option(names = "--force", description = "Replace FILE if it exists.")
  private boolean force;

  DumpCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    RowFormat form = LoadCommand.format(format, file);
    var keyRange = range.range(keys.encoding());
    try (var db = database.openToRead();
        Cursor cursor = keyspace.existing(db).cursor(keyRange);
        var progress = Progress.start(streams, "dumping", "entries", 0)) {
      if (file == null) {
        write(cursor, form, streams.out(), progress);
      } else {
        long entries = writeFile(cursor, form, file, progress);
        streams
            .err()
            .println("dumped " + Figures.count(entries, "entry", "entries") + " to " + file);
      }
    }
    return ExitCode.OK;
  }

  private long writeFile(Cursor cursor, RowFormat form, Path target, Progress progress)
      throws IOException {
    try (var dump = DumpFile.begin(target, force)) {
      write(cursor, form, dump.out(), progress);
      dump.publish();
    }
    return progress.items();
  }

  private void write(Cursor cursor, RowFormat form, OutputStream out, Progress progress)
      throws IOException {
    var rows = RowLayout.labelled(keys.encoding(), values.encoding()).writer(form, out, 0);
    long pending = 0;
    while (cursor.next()) {
      rows.write(cursor.key(), cursor.value());
      if (++pending == REPORTED) {
        progress.add(pending);
        pending = 0;
      }
    }
    progress.add(pending);
    rows.finish();
  }
}

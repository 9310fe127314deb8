package org.anvildb.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anvildb.api.Durability;
import org.anvildb.cli.rows.DelimitedReader;
import org.anvildb.cli.rows.EntryColumns;
import org.anvildb.cli.rows.JsonReader;
import org.anvildb.cli.rows.RowException;
import org.anvildb.cli.rows.RowFormat;
import org.anvildb.cli.rows.RowReader;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Progress;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.text.Encoding;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads rows into a keyspace. */
@Command(
    name = "load",
    description = {
      "Reads CSV, TSV or JSON lines into a keyspace.",
      "Creates the database if there is none. Columns called key_hex, value_text and so on"
          + " tell their encoding, as a dump writes them."
    },
    footer = {
      "",
      "anvil load --db /tmp/shop --header --key sku --value price prices.csv",
      "zcat log.jsonl.gz | anvil load --db /tmp/log --format json --key id --whole-row"
    })
final class LoadCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();
  @Mixin private final DatabaseOption.KeyspaceOption keyspace = new DatabaseOption.KeyspaceOption();

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "What to read (default, or -: the input).")
  private @Nullable Path file;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "csv, tsv or json (default: by the file's name, else csv).")
  private @Nullable RowFormat format;

  @Option(names = "--header", description = "The first row of CSV or TSV names the columns.")
  private boolean header;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description = "Name or number of the key's column (default: key, or 1).")
  private @Nullable String key;

  @Option(
      names = "--value",
      paramLabel = "COLUMN",
      description = "Name or number of the value's column (default: value, or 2).")
  private @Nullable String value;

  @Option(names = "--whole-row", description = "The value is the row as it stands.")
  private boolean wholeRow;

  @Option(
      names = "--key-encoding",
      paramLabel = "ENCODING",
      description = "${COMPLETION-CANDIDATES} (default: by the column's name, else raw).")
  private @Nullable Encoding keyEncoding;

  @Option(names = "--value-encoding", paramLabel = "ENCODING", description = "Likewise for values.")
  private @Nullable Encoding valueEncoding;

  @Option(
      names = "--durability",
      paramLabel = "LEVEL",
      description = "What a batch waits for: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Durability durability = Durability.OS;

  @Option(
      names = "--batch",
      paramLabel = "ROWS",
      description = "Rows written at once, at most (default: ${DEFAULT-VALUE}).")
  private int batchRows = 1000;

  @Option(names = "--skip-errors", description = "Report bad rows and go on.")
  private boolean skipErrors;

  LoadCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    if (batchRows < 1) {
      throw new IllegalArgumentException("--batch must be at least 1");
    }
    database.directory();
    Path source = file == null || file.toString().equals("-") ? null : file;
    try (InputStream in = source == null ? streams.in() : Files.newInputStream(source);
        var progress =
            Progress.start(streams, "loading", "rows", source == null ? 0 : Files.size(source))) {
      RowReader rows = reader(in, format(format, source));
      try (var db = database.openOrCreate()) {
        var pipeline = new LoadPipeline(db, keyspace.orCreate(db), durability, batchRows, progress);
        pipeline.run(rows, skipErrors ? this::report : null);
        db.sync();
        summarize(pipeline, progress);
      }
    }
    return ExitCode.OK;
  }

  /** Decides on a format: what was asked for, else what the file's name tells, else CSV. */
  static RowFormat format(@Nullable RowFormat asked, @Nullable Path file) {
    if (asked == RowFormat.TABLE) {
      throw new IllegalArgumentException("--format is csv, tsv or json here");
    }
    if (asked != null) {
      return asked;
    }
    return file == null
        ? RowFormat.CSV
        : RowFormat.ofFileName(file.toString()).orElse(RowFormat.CSV);
  }

  private RowReader reader(InputStream in, RowFormat form) throws IOException, RowException {
    var columns = new EntryColumns(key, value, wholeRow, keyEncoding, valueEncoding);
    return form == RowFormat.JSON
        ? new JsonReader(in, columns)
        : new DelimitedReader(in, form, header, columns);
  }

  private void report(RowException e) {
    streams.err().println("anvil load: skipped " + e.getMessage());
  }

  private void summarize(LoadPipeline pipeline, Progress progress) {
    String skipped =
        pipeline.skipped() == 0 ? "" : ", skipped " + Figures.count(pipeline.skipped());
    streams
        .err()
        .println(
            "loaded "
                + Figures.count(pipeline.loaded(), "row", "rows")
                + skipped
                + " in "
                + Figures.duration(progress.nanos())
                + " ("
                + Figures.rate(pipeline.loaded(), progress.nanos())
                + ")");
  }
}

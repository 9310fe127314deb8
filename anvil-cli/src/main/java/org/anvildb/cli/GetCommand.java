package org.anvildb.cli;

import org.anvildb.cli.rows.RowFormat;
import org.anvildb.cli.rows.RowLayout;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.text.ByteText;
import org.anvildb.cli.text.Encoding;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the value of a key. */
@Command(
    name = "get",
    description = {"Prints the value of a key.", "Exits with 1 if the key is absent."},
    footer = {
      "",
      "anvil get --db /tmp/shop apple",
      "anvil get --db /tmp/shop photo --value-encoding raw > photo.jpg"
    })
final class GetCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();
  @Mixin private final DatabaseOption.KeyspaceOption keyspace = new DatabaseOption.KeyspaceOption();
  @Mixin private final EncodingOption.Keys keys = new EncodingOption.Keys();
  @Mixin private final EncodingOption.Values values = new EncodingOption.Values();

  @Parameters(paramLabel = "KEY")
  private String key = "";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "Print key and value as ${COMPLETION-CANDIDATES} (default: the value alone).")
  private @Nullable RowFormat format;

  GetCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    byte[] keyBytes = keys.encoding().decode(key);
    byte[] value;
    try (var db = database.openToRead()) {
      value = keyspace.existing(db).get(keyBytes);
    }
    if (value == null) {
      streams.err().println("anvil get: no such key");
      return ExitCode.NEGATIVE;
    }
    if (format == null) {
      print(value);
    } else {
      var layout = RowLayout.plain(keys.encoding(), values.encoding(), false);
      var rows = layout.writer(format, streams.out(), 0);
      rows.write(keyBytes, value);
      rows.finish();
    }
    return ExitCode.OK;
  }

  private void print(byte[] value) throws Exception {
    var text = new ByteText();
    values.encoding().encode(value, text);
    if (values.encoding() != Encoding.RAW) {
      text.add('\n');
    }
    text.writeTo(streams.out());
  }
}

package org.anvildb.cli;

import org.anvildb.api.Durability;
import org.anvildb.api.Keyspace;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.text.Encoding;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sets the value of a key. */
@Command(
    name = "put",
    description = {"Sets the value of a key.", "Creates the database if there is none."},
    footer = {
      "",
      "anvil put --db /tmp/shop apple 3",
      "anvil put --db /tmp/shop photo - --value-encoding raw < photo.jpg"
    })
final class PutCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();
  @Mixin private final DatabaseOption.KeyspaceOption keyspace = new DatabaseOption.KeyspaceOption();
  @Mixin private final EncodingOption.Keys keys = new EncodingOption.Keys();
  @Mixin private final EncodingOption.Values values = new EncodingOption.Values();

  @Parameters(index = "0", paramLabel = "KEY")
  private String key = "";

  @Parameters(index = "1", paramLabel = "VALUE", description = "The value, or - for the input.")
  private String value = "";

  @Option(names = "--if-absent", description = "Don't replace a value; exit 1 if there is one.")
  private boolean ifAbsent;

  PutCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    byte[] keyBytes = keys.encoding().decode(key);
    byte[] valueBytes = value.equals("-") ? input() : values.encoding().decode(value);
    try (var db = database.openOrCreate()) {
      Keyspace target = keyspace.orCreate(db);
      if (!ifAbsent) {
        target.put(keyBytes, valueBytes, Durability.SYNC);
      } else if (!target.putIfAbsent(keyBytes, valueBytes)) {
        streams.err().println("anvil put: the key has a value");
        return ExitCode.NEGATIVE;
      }
    }
    return ExitCode.OK;
  }

  private byte[] input() throws Exception {
    byte[] text = streams.in().readAllBytes();
    int length = text.length;
    if (values.encoding() != Encoding.RAW && length > 0 && text[length - 1] == '\n') {
      length--;
    }
    return values.encoding().decode(text, 0, length);
  }
}

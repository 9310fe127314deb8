package org.anvildb.cli;

import java.util.ArrayList;
import java.util.List;
import org.anvildb.api.Durability;
import org.anvildb.cli.term.Streams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Removes keys. */
@Command(
    name = "delete",
    description = {"Removes keys.", "All at once; an absent key is not an error."},
    footer = {"", "anvil delete --db /tmp/shop apple pear"})
final class DeleteCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();
  @Mixin private final DatabaseOption.KeyspaceOption keyspace = new DatabaseOption.KeyspaceOption();
  @Mixin private final EncodingOption.Keys keys = new EncodingOption.Keys();

  @Parameters(paramLabel = "KEY", arity = "1..*")
  private List<String> removed = new ArrayList<>();

  DeleteCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() {
    List<byte[]> decoded = removed.stream().map(keys.encoding()::decode).toList();
    try (var db = database.openExisting()) {
      var target = keyspace.existing(db);
      var batch = db.newBatch();
      decoded.forEach(key -> batch.delete(target, key));
      db.write(batch, Durability.SYNC);
    }
    return ExitCode.OK;
  }
}

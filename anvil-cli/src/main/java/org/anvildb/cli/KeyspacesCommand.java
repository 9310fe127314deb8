package org.anvildb.cli;

import java.util.List;
import java.util.Locale;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.KeyspaceStats;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.term.TextTable;
import org.anvildb.cli.text.JsonText;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists, creates and drops keyspaces. */
@Command(
    name = "keyspaces",
    description = "Lists the keyspaces, creates or drops one.",
    footer = {"", "anvil keyspaces --db /tmp/shop --create orders --codec lz4"})
final class KeyspacesCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();

  @Option(names = "--create", paramLabel = "NAME", description = "Create a keyspace.")
  private @Nullable String created;

  @Option(
      names = "--codec",
      paramLabel = "NAME",
      description = "How a new keyspace is compressed: none, lz4, deflate (default: none).")
  private String codec = "none";

  @Option(names = "--drop", paramLabel = "NAME", description = "Drop a keyspace, entries and all.")
  private @Nullable String dropped;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  KeyspacesCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    try (var db = open()) {
      if (created != null) {
        db.keyspace(created, db.options().withCodec(codec));
      }
      if (dropped != null && !db.dropKeyspace(dropped)) {
        streams.err().println("anvil keyspaces: no such keyspace");
        return ExitCode.NEGATIVE;
      }
      if (created == null && dropped == null) {
        list(db);
      }
    }
    return ExitCode.OK;
  }

  private Database open() {
    if (created != null) {
      return database.openOrCreate();
    }
    return dropped != null ? database.openExisting() : database.openToRead();
  }

  private void list(Database db) throws Exception {
    List<KeyspaceStats> all = db.stats().keyspaces();
    if (json) {
      streams.print(JsonText.of(RecordTree.of(all)));
      return;
    }
    var table = new TextTable("keyspace", "codec", "filter", ">tables", ">entries", ">size");
    for (KeyspaceStats keyspace : all) {
      table.row(
          keyspace.name(),
          keyspace.options().codec().toLowerCase(Locale.ROOT),
          keyspace.options().filterPolicy().name().toLowerCase(Locale.ROOT),
          Figures.count(keyspace.levels().stream().mapToLong(KeyspaceStats.Level::tables).sum()),
          Figures.count(keyspace.entries()),
          ByteSize.ofBytes(keyspace.bytes()).toString());
    }
    streams.print(table.render(streams.style(), ""));
  }
}

package org.anvildb.cli;

import java.util.List;
import java.util.Locale;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
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
    description = {
      "Lists the keyspaces, creates or drops one.",
      "--create creates the database, too, if there is none. How a keyspace is stored is fixed when"
          + " it is created."
    },
    footer = {"", "anvil keyspaces --db /tmp/shop --create orders --codec lz4"})
final class KeyspacesCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();

  @Option(names = "--create", paramLabel = "NAME", description = "Create a keyspace.")
  private @Nullable String created;

  @Option(
      names = "--codec",
      paramLabel = "NAME",
      description = "With --create: compression by none, lz4 or deflate (default: none).")
  private @Nullable String codec;

  @Option(
      names = "--filter",
      paramLabel = "POLICY",
      description = {
        "With --create: how single keys are found, ${COMPLETION-CANDIDATES} (default:"
            + " point_index). bloom takes less space, none is for data that is only scanned."
      })
  private @Nullable FilterPolicy filter;

  @Option(
      names = "--block-bytes",
      paramLabel = "N",
      description = "With --create: size of a table's blocks, 64 to 1048576 (default: 8192).")
  private @Nullable Integer blockBytes;

  @Option(
      names = "--level-ratio",
      paramLabel = "N",
      description = "With --create: a level's size by the one above, 2 to 100 (default: 10).")
  private @Nullable Integer levelRatio;

  @Option(names = "--drop", paramLabel = "NAME", description = "Drop a keyspace, entries and all.")
  private @Nullable String dropped;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  KeyspacesCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    boolean isOptionGiven =
        codec != null || filter != null || blockBytes != null || levelRatio != null;
    if (created == null && isOptionGiven) {
      throw new IllegalArgumentException(
          "--codec, --filter, --block-bytes and --level-ratio are for --create");
    }
    // Checks them before a database is made.
    options(KeyspaceOptions.defaults());
    try (var db = open()) {
      if (created != null) {
        db.keyspace(created, options(db.options()));
      }
      if (dropped != null && !db.dropKeyspace(dropped)) {
        streams.err().println("anvil keyspaces: " + DatabaseOption.noKeyspace(db, dropped));
        return ExitCode.NEGATIVE;
      }
      if (created == null && dropped == null) {
        list(db);
      }
    }
    return ExitCode.OK;
  }

  private KeyspaceOptions options(KeyspaceOptions defaults) {
    return new KeyspaceOptions(
        codec == null ? "none" : codec,
        filter == null ? defaults.filterPolicy() : filter,
        blockBytes == null ? defaults.blockBytes() : blockBytes,
        levelRatio == null ? defaults.levelRatio() : levelRatio);
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

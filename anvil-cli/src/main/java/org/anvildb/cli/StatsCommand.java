package org.anvildb.cli;

import java.util.Locale;
import java.util.Map;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Health;
import org.anvildb.api.KeyspaceStats;
import org.anvildb.api.Stats;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.LevelChart;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.term.Style;
import org.anvildb.cli.term.TextTable;
import org.anvildb.cli.text.JsonText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Draws what a database is made of. */
@Command(
    name = "stats",
    description = {
      "Draws what the database is made of.",
      "The levels of each keyspace; health, log, cache and options. Counters count from the"
          + " opening, which is now."
    },
    footer = {"", "anvil stats --db /tmp/shop --json | jq .keyspaces"})
final class StatsCommand extends StreamCommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();

  @Option(names = "--json", description = "Print all figures as JSON.")
  private boolean json;

  StatsCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    Stats stats;
    try (var db = database.openToRead()) {
      stats = db.stats();
    }
    if (json) {
      streams.print(JsonText.of(tree(stats)));
      return ExitCode.OK;
    }
    var style = streams.style();
    for (KeyspaceStats keyspace : stats.keyspaces()) {
      streams.println(LevelChart.of(keyspace, style));
    }
    streams.print(figures(stats, style).render(style, ""));
    return ExitCode.OK;
  }

  /** The records of the engine, and what it computes from them. */
  private static Map<String, Object> tree(Stats stats) {
    Map<String, Object> tree = RecordTree.ofRecord(stats);
    tree.put("health", healthName(stats.health()));
    tree.put("tableBytes", stats.tableBytes());
    tree.put("writeAmplification", stats.writeAmplification());
    return tree;
  }

  private static TextTable figures(Stats stats, Style style) {
    var writes = stats.writes();
    var memory = stats.memory();
    var cache = stats.cache();
    var options = stats.options();
    return new TextTable("figure", "value")
        .row("health", health(stats.health(), style))
        .row("tables", size(stats.tableBytes()))
        .row(
            "batches written",
            Figures.count(stats.lastSequence())
                + ", on disk "
                + Figures.count(stats.durableSequence()))
        .row(
            "log",
            size(memory.logBytes()) + " in " + Figures.count(memory.logSegments()) + " files")
        .row(
            "memtables",
            Figures.count(memory.entries())
                + " entries, "
                + size(memory.activeBytes() + memory.frozenBytes()))
        .row("write amplification", Figures.ratio(stats.writeAmplification()))
        .row(
            "stalls", Figures.count(writes.stalls()) + ", " + Figures.duration(writes.stallNanos()))
        .row(
            "block cache",
            size(cache.usedBytes())
                + " of "
                + size(cache.capacityBytes())
                + ", "
                + Figures.count(cache.hits())
                + " hits, "
                + Figures.count(cache.misses())
                + " misses")
        .row("files to delete", Figures.count(stats.garbage().pendingFiles()))
        .row("memtable size", options.memtableBytes().toString())
        .row(
            "durability",
            options.durability().name().toLowerCase(Locale.ROOT)
                + ", background sync every "
                + options.syncInterval().toMillis()
                + " ms");
  }

  private static String size(long bytes) {
    return ByteSize.ofBytes(bytes).toString();
  }

  private static String health(Health health, Style style) {
    return switch (health) {
      case Health.Healthy _ -> style.good("healthy");
      case Health.ReadOnly _ -> style.good("healthy") + ", opened read-only";
      case Health.Poisoned poisoned -> style.bad("poisoned") + ": " + poisoned.cause().getMessage();
      case Health.DiskFull full -> style.bad("disk full") + ": " + full.cause().getMessage();
      case Health.Closed _ -> "closed";
    };
  }

  private static String healthName(Health health) {
    return switch (health) {
      case Health.Healthy _ -> "healthy";
      case Health.ReadOnly _ -> "read-only";
      case Health.Poisoned _ -> "poisoned";
      case Health.DiskFull _ -> "disk-full";
      case Health.Closed _ -> "closed";
    };
  }
}

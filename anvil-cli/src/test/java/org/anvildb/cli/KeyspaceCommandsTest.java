package org.anvildb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.anvildb.Anvil;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.KeyspaceStats;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds which keyspaces a command makes, compacts and refuses. */
final class KeyspaceCommandsTest {
  @TempDir Path folder;
  private String db = "";

  @BeforeEach
  void nameDatabase() {
    db = folder.resolve("db").toString();
  }

  private CommandRun run(String... args) {
    var line = new ArrayList<>(List.of(args));
    line.addAll(1, List.of("--db", db));
    return CommandRun.of(line.toArray(String[]::new));
  }

  @Test
  void aNewOneIsStoredAsAsked() {
    CommandRun created =
        run(
            "keyspaces",
            "--create",
            "events",
            "--codec",
            "lz4",
            "--filter",
            "bloom",
            "--block-bytes",
            "4096",
            "--level-ratio",
            "4");
    assertThat(created.code()).as(created.err()).isZero();
    assertThat(run("keyspaces", "--create", "plain").code()).isZero();
    try (var store = Anvil.open(Path.of(db))) {
      assertThat(store.keyspace("events").options())
          .isEqualTo(new KeyspaceOptions("lz4", FilterPolicy.BLOOM, 4096, 4));
      assertThat(store.keyspace("plain").options()).isEqualTo(KeyspaceOptions.defaults());
    }
  }

  @Test
  void optionsOfANewOneAreRefusedWithoutOneAndBeforeADatabaseIsMade() {
    for (String[] args :
        new String[][] {
          {"keyspaces", "--codec", "lz4"},
          {"keyspaces", "--filter", "none"},
          {"keyspaces", "--drop", "x", "--block-bytes", "4096"},
          {"keyspaces", "--level-ratio", "4"},
          {"keyspaces", "--create", "x", "--level-ratio", "1"},
          {"keyspaces", "--create", "x", "--block-bytes", "1"},
          {"keyspaces", "--create", "x", "--filter", "sieve"},
        }) {
      CommandRun run = run(args);
      assertThat(run.code()).as(String.join(" ", args)).isEqualTo(ExitCode.USAGE);
    }
    assertThat(run("keyspaces", "--codec", "lz4").err()).contains("are for --create");
    assertThat(Path.of(db)).doesNotExist();
  }

  /** Returns how many entries the tables of a keyspace hold, outdated ones among them. */
  private long entries(String keyspace) {
    try (var store = Anvil.open(Path.of(db))) {
      return store.stats().keyspaces().stream()
          .filter(stats -> stats.name().equals(keyspace))
          .mapToLong(KeyspaceStats::entries)
          .sum();
    }
  }

  /** Puts and deletes a key in both keyspaces, of which tables keep something until compacted. */
  private void putAndDelete() {
    run("put", "k", "1");
    run("put", "k", "1", "--keyspace", "orders");
    assertThat(run("compact").code()).isZero();
    assertThat(entries("default")).isEqualTo(1);
    assertThat(entries("orders")).isEqualTo(1);
    run("delete", "k");
    run("delete", "k", "--keyspace", "orders");
  }

  @Test
  void compactingTheDefaultOneLeavesOthersAlone() {
    putAndDelete();
    assertThat(run("compact", "--keyspace", "default").code()).isZero();
    assertThat(entries("default")).isZero();
    assertThat(entries("orders")).isPositive();
  }

  @Test
  void compactingARangeIsOfTheDefaultOneUnlessAnotherIsNamed() {
    putAndDelete();
    assertThat(run("compact", "--prefix", "k").code()).isZero();
    assertThat(entries("default")).isZero();
    assertThat(entries("orders")).isPositive();
    assertThat(run("compact", "--prefix", "k", "-k", "orders").code()).isZero();
    assertThat(entries("orders")).isZero();
  }

  @Test
  void compactingWithoutANameIsOfAll() {
    putAndDelete();
    assertThat(run("compact").code()).isZero();
    assertThat(entries("default")).isZero();
    assertThat(entries("orders")).isZero();
    CommandRun unknown = run("compact", "--keyspace", "nope");
    assertThat(unknown.code()).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err()).contains("no keyspace 'nope'; there are: default, orders");
  }
}

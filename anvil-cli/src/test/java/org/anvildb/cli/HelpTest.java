package org.anvildb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the help texts and the answers to a wrong command line. */
final class HelpTest {
  @Test
  void helpListsEveryCommandAndExitCode() {
    CommandRun run = CommandRun.of("--help");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains(
            "put ",
            "get ",
            "delete ",
            "scan ",
            "count ",
            "load ",
            "dump ",
            "keyspaces ",
            "stats ",
            "verify ",
            "repair ",
            "compact ",
            "checkpoint ",
            "backup ",
            "backups ",
            "restore ",
            "demo ")
        .contains("Exit codes:", "wrong command line", "ANVIL_OPTS")
        .doesNotContain("demo-writer", "\u001b");
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "put",
        "get",
        "delete",
        "scan",
        "count",
        "load",
        "dump",
        "keyspaces",
        "stats",
        "verify",
        "repair",
        "compact",
        "checkpoint",
        "backup",
        "backups",
        "restore",
        "demo"
      })
  void everyCommandHasHelp(String command) {
    CommandRun run = CommandRun.of(command, "--help");
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("Usage: anvil " + command).contains("--help");
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void versionNamesProgramAndJava() {
    assertThat(CommandRun.of("--version").out()).startsWith("AnvilDB ").contains("Java");
  }

  @Test
  void aWrongCommandLineIsAnsweredInTwoLines() {
    for (String[] args :
        new String[][] {
          {},
          {"frobnicate"},
          {"get", "key"},
          {"get", "--db", "x"},
          {"scan", "--db", "x", "--limit", "many"},
          {"put", "--db", "x", "bad\\escape", "v"},
          {"scan", "--db", "x", "--prefix", "a", "--from", "b"},
          {"load", "--db", "x", "--format", "table"},
          {"load", "--db", "x", "--batch", "0"},
          {"checkpoint", "--db", "x"},
          {"backup", "x"},
          {"backup", "--db", "x", "y", "--keep", "0"},
          {"restore", "x"},
        }) {
      CommandRun run = CommandRun.of(args);
      assertThat(run.code()).as(String.join(" ", args)).isEqualTo(ExitCode.USAGE);
      assertThat(run.out()).isEmpty();
      assertThat(run.err().lines()).hasSizeBetween(1, 2);
      assertThat(run.err()).startsWith("anvil").doesNotContain("\tat ");
    }
  }

  @Test
  void aMisspeltCommandGetsASuggestion() {
    assertThat(CommandRun.of("scna").err()).contains("scan");
  }
}

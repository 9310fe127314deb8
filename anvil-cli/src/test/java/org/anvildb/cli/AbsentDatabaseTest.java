package org.anvildb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds what commands that need a database say where there is none. */
final class AbsentDatabaseTest {
  @TempDir Path folder;

  private CommandRun run(String command, Path db) {
    String[] words = (command + " --db " + db).split(" ");
    CommandRun run = CommandRun.of(words);
    assertThat(run.code()).as(command).isEqualTo(ExitCode.DATABASE);
    assertThat(run.err()).contains("NotADatabaseException: ").hasLineCount(1);
    return run;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "get k",
        "delete k",
        "scan",
        "count",
        "dump",
        "keyspaces",
        "keyspaces --drop x",
        "stats",
        "verify",
        "verify --deep",
        "compact",
        "checkpoint copy",
        "backup copies"
      })
  void whatNeedsADatabaseTellsHowToMakeOne(String command) throws IOException {
    Path absent = folder.resolve("absent");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    for (Path none : new Path[] {absent, empty}) {
      assertThat(run(command, none).err())
          .contains(
              "there is no database at "
                  + none
                  + "; check the path, or create one with `put` or `load`");
    }
    assertThat(absent).doesNotExist();
    Path foreign = Files.createDirectory(folder.resolve("foreign"));
    Files.writeString(foreign.resolve("letter.txt"), "mine");
    assertThat(run(command, foreign).err())
        .contains(foreign + " holds no database, but other files; check the path");
  }

  @Test
  void aRepairTellsToCheckThePath() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    String command = "repair " + folder.resolve("target");
    assertThat(run(command, folder.resolve("absent")).err()).contains("there is no database at ");
    assertThat(run(command, empty).err()).contains("check the path");
  }

  @Test
  void whatCreatesOneTellsOfAMissingParent() {
    Path parent = folder.resolve("no");
    CommandRun put = CommandRun.of("put", "--db", parent.resolve("db").toString(), "k", "v");
    assertThat(put.code()).isEqualTo(ExitCode.DATABASE);
    assertThat(put.err()).contains(parent + " does not exist; create it first").hasLineCount(1);
  }
}

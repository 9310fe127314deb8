package org.anvildb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anvildb.Anvil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds that a dump is there as a whole or not at all, and replaces nothing unasked. */
final class DumpFileTest {
  @TempDir Path folder;
  private Path file;
  private Path draft;

  @BeforeEach
  void name() {
    file = folder.resolve("dump.json");
    draft = folder.resolve("dump.json.incomplete");
  }

  /** Dumps a database whose second entry is one that JSON can't hold if its values are raw. */
  private CommandRun dump(String... options) {
    Path db = folder.resolve("db");
    try (var store = Anvil.open(db)) {
      store.put(new byte[] {'a'}, new byte[] {'1'});
      store.put(new byte[] {'b'}, new byte[] {(byte) 0xFF});
    }
    String[] line = new String[options.length + 4];
    line[0] = "dump";
    line[1] = "--db";
    line[2] = db.toString();
    line[3] = file.toString();
    System.arraycopy(options, 0, line, 4, options.length);
    return CommandRun.of(line);
  }

  private static void write(DumpFile dump, String text) throws IOException {
    dump.out().write(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aFileThatExistsIsReplacedOnlyIfForced() throws IOException {
    Files.writeString(file, "mine");
    CommandRun refused = dump();
    assertThat(refused.code()).isEqualTo(ExitCode.DATA);
    assertThat(refused.err()).contains(file + " exists; ", "--force").hasLineCount(1);
    assertThat(file).hasContent("mine");
    assertThat(dump("--force").code()).isZero();
    assertThat(Files.readAllLines(file)).hasSize(2);
    assertThat(draft).doesNotExist();
  }

  @Test
  void aDumpThatFailsLeavesNothingOrWhatWasThere() throws IOException {
    CommandRun failed = dump("--value-encoding", "raw");
    assertThat(failed.code()).as(failed.err()).isEqualTo(ExitCode.DATA);
    assertThat(file).doesNotExist();
    assertThat(draft).doesNotExist();
    Files.writeString(file, "mine");
    assertThat(dump("--value-encoding", "raw", "--force").code()).isEqualTo(ExitCode.DATA);
    assertThat(file).hasContent("mine");
    assertThat(draft).doesNotExist();
  }

  @Test
  void whatAKilledDumpLeftIsReplacedOnlyIfForced() throws IOException {
    Files.writeString(draft, "half");
    CommandRun refused = dump();
    assertThat(refused.code()).isEqualTo(ExitCode.DATA);
    assertThat(refused.err()).contains(draft + " is in the way", "--force").hasLineCount(1);
    assertThat(draft).hasContent("half");
    assertThat(dump("--force").code()).isZero();
    assertThat(Files.readAllLines(file)).hasSize(2);
    assertThat(draft).doesNotExist();
  }

  @Test
  void aFileThatCameIntoBeingMeanwhileStays() throws IOException {
    try (DumpFile dump = DumpFile.begin(file, false)) {
      write(dump, "dump");
      Files.writeString(file, "mine");
      assertThatThrownBy(dump::publish)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("exists");
    }
    assertThat(file).hasContent("mine");
    assertThat(draft).doesNotExist();
  }

  @Test
  void whereALinkLeadsIsReplacedNotTheLink() throws IOException {
    Path real = Files.writeString(folder.resolve("real"), "mine");
    Files.createSymbolicLink(file, real);
    try (DumpFile dump = DumpFile.begin(file, true)) {
      write(dump, "dump");
      dump.publish();
    }
    assertThat(file).isSymbolicLink();
    assertThat(real).hasContent("dump");
  }

  @Test
  void aFolderThatDoesNotExistIsNamed() {
    file = folder.resolve("none/dump.csv");
    CommandRun refused = dump();
    assertThat(refused.code()).isEqualTo(ExitCode.DATA);
    assertThat(refused.err())
        .contains(folder.resolve("none") + " does not exist; create it first")
        .hasLineCount(1);
  }

  @Test
  void aDirectoryIsRefusedAndLeftAlone() throws IOException {
    Files.createDirectory(file);
    assertThat(dump("--force").code()).isEqualTo(ExitCode.DATA);
    assertThat(file).isEmptyDirectory();
  }
}

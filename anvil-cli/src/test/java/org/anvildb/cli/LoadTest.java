package org.anvildb.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.anvildb.Anvil;
import org.anvildb.cli.text.RandomBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds that rows are loaded, that bad ones are named, and that a dump loads into a twin. */
final class LoadTest {
  @TempDir Path folder;

  @Test
  void loadsFromTheInput() {
    CommandRun load = load("b,2\na,1\n");
    assertThat(load.code()).isZero();
    assertThat(load.out()).isEmpty();
    assertThat(load.err()).startsWith("loaded 2 rows in ");
    assertThat(dump()).isEqualTo("key_text,value_text\na,1\nb,2\n");
  }

  @Test
  void loadsFromAFileInTheFormatThatItsNameTells() throws IOException {
    Path file = folder.resolve("prices.jsonl");
    Files.writeString(file, "{\"sku\":\"apple\",\"price\":3}\n{\"sku\":\"pear\",\"price\":4}\n");
    assertThat(load("", "--key", "sku", "--value", "price", file.toString()).code()).isZero();
    assertThat(dump()).isEqualTo("key_text,value_text\napple,3\npear,4\n");
  }

  @Test
  void laterRowsWin() {
    load("a,1\nb,1\na,2\n", "--batch", "1");
    assertThat(dump()).isEqualTo("key_text,value_text\na,2\nb,1\n");
  }

  @Test
  void stopsAtABadRowAndKeepsWhatStandsBeforeIt() {
    CommandRun load = load("a,1\nb\nc,3\n");
    assertThat(load.code()).isEqualTo(ExitCode.DATA);
    assertThat(load.err())
        .isEqualTo("anvil load: line 2, column 2: column 2 is missing: the row has 1\n");
    assertThat(dump()).isEqualTo("key_text,value_text\na,1\n");
  }

  @Test
  void skipsBadRowsIfAskedTo() {
    CommandRun load = load("a,1\nb\nc,3\n", "--skip-errors");
    assertThat(load.code()).isZero();
    assertThat(load.err()).contains("skipped line 2, column 2", "loaded 2 rows, skipped 1 in ");
    assertThat(dump()).isEqualTo("key_text,value_text\na,1\nc,3\n");
  }

  @Test
  void aMissingFileIsNamed() {
    CommandRun load = load("", folder.resolve("none.csv").toString());
    assertThat(load.code()).isEqualTo(ExitCode.DATA);
    assertThat(load.err()).contains("no such file", "none.csv");
    assertThat(folder.resolve("db")).as("nothing was created").doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "csv, raw",
    "csv, text",
    "csv, hex",
    "csv, base64",
    "tsv, text",
    "tsv, hex",
    "tsv, base64",
    "json, text",
    "json, hex",
    "json, base64"
  })
  void aDumpLoadsIntoATwin(String format, String encoding) throws IOException {
    var expected = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
    var random = new Random(11);
    try (var db = Anvil.open(folder.resolve("db"))) {
      for (int i = 0; i < 2_500; i++) {
        byte[] key = RandomBytes.of(random);
        byte[] value = RandomBytes.of(random);
        db.put(key, value);
        expected.put(key, value);
      }
    }
    Path file = folder.resolve("dump." + format);
    CommandRun dump =
        CommandRun.of(
            "dump",
            "-d",
            folder.resolve("db").toString(),
            file.toString(),
            "--key-encoding",
            encoding,
            "--value-encoding",
            encoding);
    assertThat(dump.code()).as(dump.err()).isZero();
    CommandRun load =
        CommandRun.of("load", "-d", folder.resolve("twin").toString(), "--header", file.toString());
    assertThat(load.code()).as(load.err()).isZero();
    try (var twin = Anvil.open(folder.resolve("twin"));
        var cursor = twin.cursor()) {
      expected.forEach((key, value) -> {
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.key()).isEqualTo(key);
        assertThat(cursor.value()).isEqualTo(value);
      });
      assertThat(cursor.next()).isFalse();
    }
  }

  private CommandRun load(String input, String... args) {
    var line = new ArrayList<>(List.of(args));
    line.addAll(0, List.of("load", "--db", folder.resolve("db").toString()));
    return CommandRun.withInput(input.getBytes(UTF_8), line.toArray(String[]::new));
  }

  private String dump() {
    return CommandRun.of("dump", "--db", folder.resolve("db").toString()).out();
  }
}

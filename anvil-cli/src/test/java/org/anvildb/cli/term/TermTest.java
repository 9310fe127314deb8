package org.anvildb.cli.term;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.KeyspaceStats;
import org.junit.jupiter.api.Test;

/** Holds what tables, bars, figures and progress look like. */
final class TermTest {
  @Test
  void figuresAreReadable() {
    assertThat(Figures.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(Figures.duration(850)).isEqualTo("850 ns");
    assertThat(Figures.duration(1_200)).isEqualTo("1.2 µs");
    assertThat(Figures.duration(45_000_000)).isEqualTo("45 ms");
    assertThat(Figures.duration(3_400_000_000L)).isEqualTo("3.4 s");
    assertThat(Figures.duration(125_000_000_000L)).isEqualTo("2 min 5 s");
    assertThat(Figures.rate(123_456, 1_000_000_000)).isEqualTo("123,000/s");
    assertThat(Figures.rate(0, 0)).isEqualTo("0/s");
    assertThat(Figures.rate(7, 1_000_000_000)).isEqualTo("7/s");
  }

  @Test
  void barsAreExactToAnEighth() {
    assertThat(Bar.of(1, 2, 4)).isEqualTo("██  ");
    assertThat(Bar.of(1, 8, 4)).isEqualTo("▌   ");
    assertThat(Bar.of(1, 1e9, 4)).as("a little is not nothing").isEqualTo("▏   ");
    assertThat(Bar.of(0, 0, 4)).isEqualTo("    ");
    assertThat(Bar.of(9, 4, 4)).isEqualTo("████");
  }

  @Test
  void cellsCountColumnsOfTheTerminal() {
    assertThat(CellWidth.of("abc")).isEqualTo(3);
    assertThat(CellWidth.of("漢字")).isEqualTo(4);
    assertThat(CellWidth.of("e\u0301")).isEqualTo(1);
    assertThat(CellWidth.cut("abcdef", 4)).isEqualTo("abc…");
    assertThat(CellWidth.cut("漢字漢字", 6)).isEqualTo("漢字…");
    assertThat(CellWidth.cut("abc", 3)).isEqualTo("abc");
  }

  @Test
  void tablesAlignToBothSides() {
    String table =
        new TextTable("name", ">count")
            .row("a", "1")
            .row("long", "10")
            .render(new Style(false), " ");
    assertThat(table).isEqualTo(" name  count\n ───────────\n a         1\n long     10\n");
  }

  @Test
  void coloursAreOffUnlessOn() {
    assertThat(new Style(false).bold("x")).isEqualTo("x");
    assertThat(new Style(true).bold("x")).isEqualTo("\u001b[1mx\u001b[0m");
  }

  @Test
  void levelsAreDrawnWithin76Columns() {
    var levels =
        List.of(
            new KeyspaceStats.Level(0, 3, 1_200_000, 12_000, 10),
            new KeyspaceStats.Level(7, 123_456, 1L << 50, 123_456_789_012L, 0));
    String chart =
        LevelChart.of(
            new KeyspaceStats("default", KeyspaceOptions.defaults(), levels), new Style(false));
    assertThat(chart).contains("L0", "L7", "████████████████████", "1 PiB");
    assertThat(chart.lines()).allMatch(line -> CellWidth.of(line) <= 80);
  }

  @Test
  void progressIsSilentWithoutATerminal() {
    var err = new ByteArrayOutputStream();
    var streams =
        new Streams(
            InputStream.nullInputStream(),
            new ByteArrayOutputStream(),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            80,
            true);
    try (var progress = Progress.start(streams, "counting", "entries", 0)) {
      progress.add(3);
      progress.at(1);
      assertThat(progress.items()).isEqualTo(3);
    }
    assertThat(err.size()).isZero();
  }
}

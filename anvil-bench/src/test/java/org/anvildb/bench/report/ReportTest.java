package org.anvildb.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

final class ReportTest {
  private static final List<Result> RESULTS =
      List.of(
          Results.of("anvil", "fillseq", 1_200_000, 9, 1),
          Results.of("rocksdb", "fillseq", 300_000, 9, 1),
          Results.of("lmdb", "fillseq", 600_000, 9, 1),
          Results.of("anvil", "compact", 40_000, 9, 1),
          Results.of("rocksdb", "compact", 50_000, 9, 1));

  @Test
  void theTableHasTheRatesAndTheRatioToTheBestPeer() {
    assertThat(TextTable.format(new Medians(RESULTS)))
        .startsWith(
            """
            Thousand operations a second, one round
              workload  anvil  rocksdb  lmdb  anvil/best peer
              fillseq   1,200      300   600            2.00x
              compact    40.0     50.0     -            0.80x
            """);
  }

  @Test
  void theChartIsWellFormedAndHasABarAndAValueForEachWorkload() throws Exception {
    String svg = RatioChart.draw(new Medians(RESULTS), "2 < 3 & so on");
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    assertThat(
            factory
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getDocumentElement()
                .getTagName())
        .isEqualTo("svg");
    assertThat(svg)
        .contains("class=\"faster\"", "class=\"slower\"", ">2.00x<", ">0.80x<", "lmdb 600 k/s")
        .contains("prefers-color-scheme: dark");
  }

  @Test
  void jsonQuotesAndLeavesOutWhatIsNotKnown() {
    String json = JsonFormat.format(List.of("a \"b\" \\ c"), RESULTS.subList(0, 1));
    assertThat(json)
        .contains("\"a \\\"b\\\" \\\\ c\"", "\"ops_per_s\": 1200000.000")
        .doesNotContain("NaN", "written_mb");
  }
}

package org.anvildb.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CsvFormatTest {
  @Test
  void theColumnsAreThoseThatOthersRelyOn() {
    assertThat(CsvFormat.HEADER)
        .isEqualTo(
            "engine,workload,entries,value_bytes,ops_per_s,p50_us,p99_us,p999_us,max_us,cpu_s,"
                + "rss_mb,disk_mb,round");
  }

  @Test
  void aLineHasAValueForEachColumn() {
    assertThat(CsvFormat.line(Results.of("anvil", "fillseq", 123456.789, 1234.5678, 2)))
        .isEqualTo(
            "anvil,fillseq,1000000,100,123456.79,1.000,2.000,3.000,1234.568,4.000,5.0,120.0,2");
  }

  @Test
  void whatWasWrittenIsReadBack() throws IOException {
    Result result = Results.of("lmdb", "ycsb-a", 1000, 50, 3);
    List<String> lines =
        List.of("noise of an engine", CsvFormat.HEADER, CsvFormat.line(result), "");
    assertThat(CsvFormat.parse(lines, "test")).containsExactly(result);
  }

  @Test
  void aFileWithoutHeaderAndABrokenLineAreNamed() {
    assertThatThrownBy(() -> CsvFormat.parse(List.of("a,b"), "x.csv"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("x.csv has no line");
    assertThatThrownBy(() -> CsvFormat.parse(List.of(CsvFormat.HEADER, "a,b"), "x.csv"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 2: 2 columns, 13 expected");
    assertThatThrownBy(
            () -> CsvFormat.parse(List.of(CsvFormat.HEADER, "a,b,c,1,1,1,1,1,1,1,1,1,1"), "x.csv"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 2");
  }
}

package org.anvildb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Runs the demo, kill and all, small, with writers that live but shortly. */
final class DemoCommandTest {
  @Test
  void losesNothingAndLooksGoodIn80Columns() {
    CommandRun demo = CommandRun.of("demo", "--characters", "20000", "--write-millis", "100");
    assertThat(demo.code()).as(demo.out() + demo.err()).isZero();
    assertThat(demo.out()).contains("acknowledged writes lost: 0").doesNotContain("✗");
    assertThat(demo.out().lines()).allMatch(line -> line.codePointCount(0, line.length()) <= 80);
  }
}

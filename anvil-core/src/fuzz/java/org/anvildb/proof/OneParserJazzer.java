package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;

/**
 * Ten minutes of {@link ParserJazzer} for one parser: {@code mvn -P jazzer verify -pl anvil-core
 * -Dtest=OneParserJazzer -Dparser=NAME}, where NAME is how the name of its targets begins or ends:
 * CURRENT, MANIFEST, blocks, index, filter, properties, footer, all, wal, LZ4 or DEFLATE.
 */
class OneParserJazzer {
  private static final String PARSER = System.getProperty("parser", "blocks");
  private static final List<FuzzTarget> TARGETS =
      FuzzTargets.all(1).stream()
          .filter(target -> target.name().startsWith(PARSER) || target.name().endsWith(PARSER))
          .toList();

  @BeforeAll
  static void theParserIsKnown() {
    assertThat(TARGETS).as("targets of the parser " + PARSER).isNotEmpty();
    System.out.printf("fuzzing: %s: %d targets%n", PARSER, TARGETS.size());
  }

  @FuzzTest(maxDuration = "10m")
  void noInputMakesTheParserFailInAnotherWay(FuzzedDataProvider data) {
    ParserJazzer.parse(data, TARGETS);
  }
}

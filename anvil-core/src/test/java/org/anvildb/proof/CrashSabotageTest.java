package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds that the crash tests have teeth: with any kind of sync left out, they find violations. */
@ExtendWith(SilentLog.class)
final class CrashSabotageTest {
  @ParameterizedTest
  @CsvSource({
    "FORCE, .wal, DURABILITIES",
    "SYNC, .sst, LEVELS",
    "SYNC, MANIFEST, KEYSPACES",
    "SYNC, CURRENT, REOPENING",
    "SYNC_DIRECTORY, '', LEVELS",
  })
  void aSyncThatIsLeftOutIsFound(OperationKind kind, String suffix, CrashScenario scenario) {
    Set<OperationKind> left = EnumSet.of(kind);
    var points = new CrashPoints(scenario, 1, new CrashPoints.Selection(-1, null));
    points.over(storage -> new CrashSabotage(storage, left, suffix));
    points.play();
    assertThat(points.violations()).as("violations without " + kind + " of " + suffix).isNotEmpty();
    System.out.printf(
        "sabotage: no %s of %s: found after %,d crash states%n", kind, suffix, points.states());
  }
}

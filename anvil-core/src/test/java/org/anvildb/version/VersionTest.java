package org.anvildb.version;

import static org.anvildb.version.TestTables.initial;
import static org.anvildb.version.TestTables.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.version.VersionEdit.AddTable;
import org.anvildb.version.VersionEdit.CreateKeyspace;
import org.anvildb.version.VersionEdit.DropKeyspace;
import org.anvildb.version.VersionEdit.Identity;
import org.anvildb.version.VersionEdit.Progress;
import org.anvildb.version.VersionEdit.RemoveTable;
import org.junit.jupiter.api.Test;

final class VersionTest {
  @Test
  void tablesOfLevelZeroStandNewestFirstByOrderOfAdding() {
    Version version =
        initial()
            .apply(List.of(new AddTable(0, 0, table(9, "a", "z"))))
            .apply(List.of(new AddTable(0, 0, table(7, "a", "z"))));
    assertThat(levels(version)).hasToString("L0[7 9]");
  }

  @Test
  void aMergeWithinLevelZeroTakesThePlaceOfItsInputs() {
    Version version =
        initial()
            .apply(
                List.of(
                    new AddTable(0, 0, table(1, "a", "z")),
                    new AddTable(0, 0, table(2, "a", "z")),
                    new AddTable(0, 0, table(3, "a", "z")),
                    new AddTable(0, 0, table(4, "a", "z"))))
            .apply(
                List.of(
                    new AddTable(0, 0, 3, table(5, "a", "z")),
                    new RemoveTable(0, 0, 3),
                    new RemoveTable(0, 0, 2)));
    assertThat(levels(version)).hasToString("L0[4 5 1]");
  }

  @Test
  void tablesMayOverlapInTheMiddleOfAListButNotAtItsEnd() {
    Version version = initial().apply(List.of(new AddTable(0, 1, table(1, "a", "m"))));
    List<VersionEdit> add = List.of(new AddTable(0, 1, table(2, "b", "z")));
    assertThatThrownBy(() -> version.apply(add)).isInstanceOf(IllegalStateException.class);
    Version next = version.apply(List.of(add.getFirst(), new RemoveTable(0, 1, 1)));
    assertThat(levels(next)).hasToString("L1[2]");
    assertThat(levels(version)).hasToString("L1[1]");
  }

  @Test
  void numbersAreNeverReused() {
    Version version =
        initial()
            .apply(List.of(new CreateKeyspace(1, "one", KeyspaceOptions.defaults())))
            .apply(List.of(new AddTable(1, 0, table(41, "a", "b"))))
            .apply(List.of(new DropKeyspace(1)));
    assertThat(version.nextFile()).isEqualTo(42);
    assertThat(version.nextKeyspace()).isEqualTo(2);
    assertRefused(version, new CreateKeyspace(1, "again", KeyspaceOptions.defaults()));
  }

  @Test
  void editsThatDoNotFitAreRefused() {
    Version version =
        initial()
            .apply(
                List.of(
                    new AddTable(0, 2, table(1, "a", "b")),
                    new CreateKeyspace(1, "one", KeyspaceOptions.defaults()),
                    new Progress(5, 100)));
    assertRefused(version, new Identity(version.databaseId(), 0));
    assertRefused(version, new RemoveTable(0, 1, 1));
    assertRefused(version, new RemoveTable(0, 2, 2));
    assertRefused(version, new RemoveTable(7, 2, 1));
    assertRefused(version, new AddTable(0, 8, table(2, "a", "b")));
    assertRefused(version, new AddTable(0, -1, table(2, "a", "b")));
    assertRefused(version, new AddTable(0, 0, 2, table(2, "a", "b")));
    assertRefused(version, new AddTable(0, 2, 1, table(2, "c", "d")));
    assertRefused(version, new AddTable(0, 3, table(1, "a", "b")));
    assertRefused(version, new AddTable(1, 3, table(1, "a", "b")));
    assertRefused(version, new AddTable(0, 3, table(0, "a", "b")));
    assertRefused(version, new CreateKeyspace(2, "one", KeyspaceOptions.defaults()));
    assertRefused(version, new DropKeyspace(0));
    assertRefused(version, new DropKeyspace(2));
    assertRefused(version, new Progress(4, 100));
    assertRefused(version, new Progress(5, 99));
  }

  @Test
  void aVersionEqualsWhatItsOwnEditsMake() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      Version version = initial();
      for (int i = 0; i < 60; i++) {
        version = version.apply(TestTables.randomEdits(version, random));
        VersionBuilder builder = new VersionBuilder();
        version.toEdits().forEach(builder::add);
        assertThat(builder.build()).as("seed %s, edit %s", seed, i).isEqualTo(version);
      }
    }
  }

  private static Levels levels(Version version) {
    return version.keyspaces().getFirst().levels();
  }

  private static void assertRefused(Version version, VersionEdit edit) {
    assertThatThrownBy(() -> version.apply(List.of(edit)))
        .isInstanceOf(IllegalStateException.class);
  }
}

package org.anvildb.version;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.table.TableMeta;

/** Tables and edits made up for tests. */
final class TestTables {
  static final UUID DATABASE = new UUID(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
  static final long HASH_SEED = 0x1122334455667788L;

  private TestTables() {}

  static TableMeta table(long number, String smallest, String largest) {
    return new TableMeta(
        number, 1000, 10, 1, smallest.getBytes(UTF_8), largest.getBytes(UTF_8), 0, (int) number);
  }

  static Version initial() {
    return Version.initial(DATABASE, HASH_SEED, KeyspaceOptions.defaults());
  }

  /** Returns edits that fit a version and take numbers from a counter of their own. */
  static List<VersionEdit> randomEdits(Version version, Random random) {
    List<VersionEdit> edits = new ArrayList<>();
    KeyspaceVersion keyspace = version.keyspaces().get(random.nextInt(version.keyspaces().size()));
    Levels levels = keyspace.levels();
    int number = keyspace.id();
    switch (random.nextInt(8)) {
      case 0 -> {
        int id = version.nextKeyspace();
        edits.add(new VersionEdit.CreateKeyspace(id, "ks" + id, KeyspaceOptions.defaults()));
        edits.add(new VersionEdit.AddTable(id, 3, randomTable(version.nextFile(), random)));
      }
      case 1 -> {
        if (number != 0 && random.nextInt(4) == 0) {
          edits.add(new VersionEdit.DropKeyspace(number));
        }
        edits.add(
            new VersionEdit.Progress(
                version.walFloor() + random.nextInt(3),
                version.lastSequence() + random.nextInt(99)));
      }
      case 2, 3 -> {
        int level = random.nextInt(Levels.COUNT);
        if (levels.size(level) > 0) {
          int at = random.nextInt(levels.size(level));
          edits.add(new VersionEdit.RemoveTable(number, level, levels.table(level, at).number()));
        }
      }
      case 4 -> {
        if (levels.size(0) > 0) {
          long above = levels.table(0, random.nextInt(levels.size(0))).number();
          edits.add(
              new VersionEdit.AddTable(number, 0, above, randomTable(version.nextFile(), random)));
          edits.add(new VersionEdit.RemoveTable(number, 0, above));
        }
      }
      default -> {
        TableMeta table = randomTable(version.nextFile(), random);
        int level = random.nextInt(Levels.COUNT);
        boolean fits = !levels.overlaps(level, table.smallest(), table.largest());
        edits.add(new VersionEdit.AddTable(number, fits ? level : 0, table));
      }
    }
    return edits;
  }

  static TableMeta randomTable(long number, Random random) {
    int first = random.nextInt(10_000);
    int last = first + random.nextInt(50);
    int entries = 1 + random.nextInt(1000);
    return new TableMeta(
        number,
        random.nextInt(1 << 20),
        entries,
        random.nextInt(entries),
        String.format("%05d", first).getBytes(UTF_8),
        String.format("%05d", last).getBytes(UTF_8),
        random.nextInt(3),
        random.nextInt());
  }
}

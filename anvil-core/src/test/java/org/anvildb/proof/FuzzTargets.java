package org.anvildb.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.ManifestReader;
import org.anvildb.version.RecoveredVersion;
import org.anvildb.version.Version;
import org.anvildb.wal.SegmentFormat;

/** All parsers of bytes from disk, with inputs made from a seed. */
final class FuzzTargets {
  private FuzzTargets() {}

  static List<FuzzTarget> all(long seed) {
    List<FuzzTarget> targets = new ArrayList<>();
    GoldenDatabase plain = GoldenDatabase.plainTables(seed);
    Map<String, byte[]> files = plain.files();
    RecoveredVersion recovered = recovered(plain);
    targets.add(ManifestFuzz.current(files, recovered));
    targets.add(ManifestFuzz.manifest(files, recovered));
    addTables(targets, plain, recovered.version(), false);
    plain.end();
    GoldenDatabase lz4 = GoldenDatabase.lz4Tables(seed);
    addTables(targets, lz4, recovered(lz4).version(), true);
    lz4.end();
    GoldenDatabase log = GoldenDatabase.killedLog(seed);
    Version version = recovered(log).version();
    log.files()
        .forEach((file, bytes) -> {
          if (file.endsWith(SegmentFormat.SUFFIX)) {
            targets.add(new LogFuzz(file, log.files(), version));
          }
        });
    log.end();
    targets.add(new CodecFuzz("LZ4", seed));
    targets.add(new CodecFuzz("DEFLATE", seed));
    return targets;
  }

  private static void addTables(
      List<FuzzTarget> targets, GoldenDatabase golden, Version version, boolean isCompressed) {
    for (KeyspaceVersion keyspace : version.keyspaces()) {
      TableMeta meta = smallest(keyspace);
      byte[] bytes = golden.files().get(meta.fileName());
      String name = golden + " of " + keyspace.name();
      for (TableFuzz.Part part : TableFuzz.Part.values()) {
        targets.add(new TableFuzz(name, part, bytes, meta, version.hashSeed(), isCompressed));
      }
    }
  }

  /** Returns the smallest table of a keyspace: the less there is, the more often it is changed. */
  private static TableMeta smallest(KeyspaceVersion keyspace) {
    TableMeta smallest = null;
    for (int level = 0; level <= keyspace.levels().lastUsed(); level++) {
      for (TableMeta table : keyspace.levels().tables(level)) {
        if (smallest == null || table.fileBytes() < smallest.fileBytes()) {
          smallest = table;
        }
      }
    }
    return smallest;
  }

  private static RecoveredVersion recovered(GoldenDatabase golden) {
    MemoryStorage copy = golden.copy();
    RecoveredVersion recovered = ManifestReader.read(copy);
    copy.powerOff();
    return recovered;
  }
}

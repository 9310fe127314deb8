package org.anvildb.compact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Levels;
import org.junit.jupiter.api.Test;

class FlushCutsTest {
  private static final long MEMTABLE = 64 << 10;
  private static final int KEYS = 1000;

  @Test
  void anEmptyStoreIsNotCut() {
    assertThat(FlushCuts.of(keyspace(List.of()), MEMTABLE).keys()).isEmpty();
  }

  @Test
  void aFewTablesOfTheBaseLevelGiveAPartEach() {
    assertThat(texts(FlushCuts.of(keyspace(tables(4, 64 << 10)), MEMTABLE)))
        .containsExactly("00001", "00002", "00003");
  }

  @Test
  void smallTablesAreNoPartsOfTheirOwn() {
    assertThat(texts(FlushCuts.of(keyspace(tables(8, 8 << 10)), MEMTABLE)))
        .containsExactly("00004");
  }

  @Test
  void manyTablesGiveAboutEightParts() {
    FlushCuts cuts = FlushCuts.of(keyspace(tables(37, 64 << 10)), MEMTABLE);
    assertThat(cuts.keys()).hasSizeBetween(6, 10);
  }

  @Test
  void overwritingMergesPartByPart() {
    ModelTree tree = new ModelTree(MEMTABLE, 10, "parts");
    Random random = new Random(7);
    for (int from = 0; from < KEYS; from += 64) {
      tree.flush(memtable(random, from, Math.min(64, KEYS - from)));
      tree.settle(random, 1, true);
    }
    long base = tree.levels().bytes(Levels.LAST);
    long largest = 0;
    for (int i = 0; i < 400; i++) {
      NavigableMap<String, Integer> memtable = new TreeMap<>();
      while (memtable.size() < 64) {
        memtable.put(ModelTree.key(random.nextInt(KEYS)), i + 1);
      }
      tree.flush(memtable);
      while (tree.begin(1, false)) {
        largest = Math.max(largest, inputBytes(tree.running().plans().getFirst()));
        tree.finish(random);
      }
    }
    tree.checkReads();
    assertThat(largest).isLessThan(base / 2);
    assertThat(tree.levels().bytes(Levels.LAST)).isEqualTo(base);
  }

  private static long inputBytes(CompactionPlan plan) {
    return plan instanceof CompactionPlan.Merge merge ? merge.inputBytes() : 0;
  }

  private static NavigableMap<String, Integer> memtable(Random random, int from, int count) {
    NavigableMap<String, Integer> memtable = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      memtable.put(ModelTree.key(from + i), 1 + random.nextInt(1000));
    }
    return memtable;
  }

  private static List<String> texts(FlushCuts cuts) {
    return cuts.keys().stream().map(key -> new String(key, UTF_8)).toList();
  }

  private static List<TableMeta> tables(int count, long bytes) {
    List<TableMeta> tables = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] first = "%05d".formatted(i).getBytes(UTF_8);
      byte[] last = "%05d.9".formatted(i).getBytes(UTF_8);
      tables.add(new TableMeta(i + 1, bytes, 10, 0, first, last, 0, 0));
    }
    return tables;
  }

  private static KeyspaceVersion keyspace(List<TableMeta> last) {
    List<List<TableMeta>> levels = new ArrayList<>();
    for (int level = 0; level < Levels.LAST; level++) {
      levels.add(List.of());
    }
    levels.add(last);
    return new KeyspaceVersion(0, "default", KeyspaceOptions.defaults(), Levels.of(levels));
  }
}

package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.anvildb.api.FilterPolicy;
import org.anvildb.table.TableFixture.Version;
import org.junit.jupiter.api.Test;

/** Holds what a writer refuses, and how it deals with sizes at the limits. */
final class TableWriterTest {
  private static final byte[] NOTHING = new byte[0];

  private final MemoryStorage storage = new MemoryStorage();
  private final TableFixture fixture = new TableFixture(storage);

  private TableWriter writer() {
    return new TableWriter(
        storage.create("000001.sst"), 1, fixture.options("NONE", FilterPolicy.POINT_INDEX, 4096));
  }

  private static Version put(String key, long sequence) {
    return new Version(key.getBytes(), sequence, NOTHING);
  }

  @Test
  void keysOutOfOrderAreRefused() {
    var writer = writer();
    TableFixture.add(writer, put("bb", 0));
    for (String key : List.of("b", "ba", "a", "")) {
      assertThatThrownBy(() -> TableFixture.add(writer, put(key, 0)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("ascending");
    }
    writer.abandon();
  }

  @Test
  void versionsOutOfOrderAreRefused() {
    var writer = writer();
    TableFixture.add(writer, put("b", 5));
    for (long sequence : new long[] {5, 6}) {
      assertThatThrownBy(() -> TableFixture.add(writer, put("b", sequence)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("newest first");
    }
    TableFixture.add(writer, put("b", 4));
    TableFixture.add(writer, put("b" + '\0', 9));
    assertThat(writer.finish().entries()).isEqualTo(3);
  }

  @Test
  void aTableWithoutEntriesIsRefused() {
    assertThatThrownBy(() -> writer().finish()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theEmptyKeyAloneIsATable() {
    TableMeta meta = fixture.write(1, options(8192), List.of(put("", 0)));
    try (Table table = fixture.open(meta)) {
      assertThat(TableFixture.find(table, NOTHING, 0)).isNotNull();
      assertThat(TableFixture.find(table, new byte[1], 0)).isNull();
      assertThat(TableFixture.scan(table)).hasSize(1);
    }
  }

  @Test
  void longKeysAndLargeValuesPassThrough() {
    var random = new Random(3);
    var versions = new ArrayList<Version>();
    byte[] longKey = new byte[65_535];
    Arrays.fill(longKey, (byte) 'k');
    for (int i = 0; i < 12; i++) {
      byte[] key = Arrays.copyOf(longKey, 65_524 + i);
      byte[] value = new byte[List.of(0, 300_000, 100, 262_144, 262_143, 70_000).get(i % 6)];
      random.nextBytes(value);
      versions.add(new Version(key, i % 3 == 0 ? 0 : 7, i == 5 ? null : value));
      if (i % 3 != 0) {
        versions.add(new Version(key, 4, value));
      }
    }
    versions.add(new Version("z".getBytes(), 0, new byte[5 << 20]));
    for (String codec : List.of("NONE", "LZ4")) {
      for (FilterPolicy policy : FilterPolicy.values()) {
        TableMeta meta = fixture.write(1, fixture.options(codec, policy, 8192), versions);
        try (Table table = fixture.open(meta)) {
          check(table, versions);
        }
      }
    }
  }

  private static void check(Table table, List<Version> versions) {
    List<Version> read = TableFixture.scan(table);
    assertThat(read).hasSameSizeAs(versions);
    for (int i = 0; i < read.size(); i++) {
      assertThat(read.get(i).sameAs(versions.get(i))).as("entry " + i).isTrue();
      Version found =
          TableFixture.mustFind(table, versions.get(i).key(), versions.get(i).sequence());
      assertThat(Arrays.equals(found.value(), versions.get(i).value())).isTrue();
    }
    var sink = new CollectingSink();
    table.verify(sink);
    assertThat(sink.problems).isEmpty();
  }

  @Test
  void versionsOfOneKeyMayFillManyBlocks() {
    var versions = new ArrayList<Version>();
    for (String key : List.of("a", "hot", "z")) {
      for (int i = 3000; i > 0; i--) {
        versions.add(new Version(key.getBytes(), i, ("value " + i).getBytes()));
      }
    }
    for (String codec : List.of("NONE", "LZ4")) {
      for (FilterPolicy policy : FilterPolicy.values()) {
        TableMeta meta = fixture.write(1, fixture.options(codec, policy, 300), versions);
        assertThat(meta.maxSequence()).isEqualTo(3000);
        try (Table table = fixture.open(meta)) {
          for (long sequence : new long[] {1, 2, 70, 1500, 2999, 3000, Long.MAX_VALUE}) {
            Version found = TableFixture.mustFind(table, "hot".getBytes(), sequence);
            assertThat(new String(found.valueOrEmpty()))
                .isEqualTo("value " + Math.min(3000, sequence));
          }
          assertThat(TableFixture.find(table, "hot".getBytes(), 0)).isNull();
          assertThat(TableFixture.scan(table)).hasSize(9000);
        }
      }
    }
  }

  @Test
  void aPrefixThatShrinksLateDoesNotBlowUpTheBlock() {
    var versions = new ArrayList<Version>();
    byte[] key = new byte[60_000];
    for (int i = 0; i < 3000; i++) {
      byte[] next = Arrays.copyOf(key, 60_002);
      next[60_000] = (byte) (i >>> 8);
      next[60_001] = (byte) i;
      versions.add(new Version(next, 0, NOTHING));
    }
    versions.add(put("z", 0));
    TableMeta meta = fixture.write(1, options(1 << 20), versions);
    assertThat(meta.fileBytes()).isLessThan(500_000);
    try (Table table = fixture.open(meta)) {
      check(table, versions);
    }
  }

  @Test
  void decimalKeysTakeLittleMoreThanTheirRawSize() {
    var versions = new ArrayList<Version>();
    for (int i = 0; i < 100_000; i++) {
      versions.add(new Version(String.format("%016d", 7L * i).getBytes(), 0, new byte[100]));
    }
    TableMeta meta = fixture.write(1, options(8192), versions);
    assertThat(meta.fileBytes()).isLessThan((long) (1.08 * 116 * versions.size()));
    assertThat(storage.size("000001.sst")).isEqualTo(meta.fileBytes());
  }

  @Test
  void theEstimateIsCloseToTheFile() {
    for (FilterPolicy policy : FilterPolicy.values()) {
      var writer =
          new TableWriter(storage.create("000001.sst"), 1, fixture.options("NONE", policy, 8192));
      for (int i = 0; i < 50_000; i++) {
        TableFixture.add(writer, put(String.format("%09d", i), 0));
      }
      long estimate = writer.estimatedBytes();
      assertThat(writer.entries()).isEqualTo(50_000);
      assertThat((double) writer.finish().fileBytes() / estimate).isBetween(0.97, 1.03);
    }
  }

  private TableOptions options(int blockBytes) {
    return fixture.options("NONE", FilterPolicy.POINT_INDEX, blockBytes);
  }
}

package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FilterPolicy;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.bytes.KeyHash;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.table.TableFixture.Version;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds that each way of reading checks the pages that it uses itself: no other read, and no
 * verification, comes before it.
 */
final class TableFirstTouchTest {
  private final MemoryStorage storage = new MemoryStorage();
  private final TableFixture fixture = new TableFixture(storage, 0);

  /** Entries of some 300 bytes with long suffixes, so that all parts of one cross page borders. */
  private static List<Version> longEntries(Random random) {
    var versions = new ArrayList<Version>();
    for (int i = 0; i < 300; i++) {
      byte[] value = new byte[random.nextInt(280)];
      random.nextBytes(value);
      String key = String.format("%08d", 7_919 * i) + "/a suffix that is long".repeat(7);
      versions.add(new Version(key.getBytes(), 0, value));
    }
    return versions;
  }

  @ParameterizedTest
  @CsvSource({"NONE,POINT_INDEX", "NONE,BLOOM", "NONE,NONE", "LZ4,POINT_INDEX"})
  void damageBehindAPageBorderIsNeverWrongData(String codec, FilterPolicy policy) {
    for (int seed = 0; seed < 4; seed++) {
      damageBehindPageBorders(fixture.options(codec, policy, 4096), seed);
    }
  }

  private void damageBehindPageBorders(TableOptions options, int seed) {
    List<Version> versions = longEntries(new Random(seed));
    TableMeta meta = fixture.write(1, options, versions);
    byte[] sound = storage.bytes(meta.fileName());
    for (int page = 1; page < sound.length >>> TableFormat.PAGE_SHIFT; page++) {
      for (int i = 0; i < 320; i += 5) {
        byte[] damaged = sound.clone();
        damaged[(page << TableFormat.PAGE_SHIFT) + i] ^= 0x10;
        storage.put(meta.fileName(), damaged);
        String context = "seed " + seed + " page " + page + " byte " + i;
        try (Table table = fixture.open(meta)) {
          assertThat(damagedFinds(table, versions, context)).as(context).isPositive();
        } catch (CorruptionException atOpening) {
          assertThat(atOpening).hasMessageContaining("checksum");
        }
      }
    }
  }

  /** Finds every key, each in a table that has read nothing yet of what the find needs. */
  private static int damagedFinds(Table table, List<Version> versions, String context) {
    int damaged = 0;
    for (Version v : versions) {
      try {
        assertThat(TableFixture.mustFind(table, v.key(), 0).value())
            .as(context)
            .isEqualTo(v.value());
      } catch (CorruptionException e) {
        damaged++;
      }
    }
    return damaged;
  }

  @ParameterizedTest
  @CsvSource({"POINT_INDEX,8", "POINT_INDEX,16", "BLOOM,8", "BLOOM,16", "NONE,8"})
  void damageInASectionIsNeverAMissingKey(FilterPolicy policy, int section) {
    var versions = new ArrayList<Version>();
    for (int i = 0; i < 30_000; i++) {
      versions.add(new Version(String.format("%016d", 31L * i).getBytes(), 0, new byte[0]));
    }
    TableMeta meta = fixture.write(1, fixture.options("NONE", policy, 64), versions);
    byte[] file = storage.bytes(meta.fileName());
    int footer = file.length - TableFormat.FOOTER_BYTES;
    int offset = Bytes.getInt(file, footer + section);
    int end = offset + Bytes.getInt(file, footer + section + 4);
    int page = (offset >>> TableFormat.PAGE_SHIFT) + 1 << TableFormat.PAGE_SHIFT;
    assertThat(page + TableFormat.PAGE_BYTES).as("a page inside of the section").isLessThan(end);
    for (int i = page; i < page + 4096; i++) {
      file[i] ^= (byte) 0xa5;
    }
    try (Table table = fixture.open(meta)) {
      assertThat(table.pages().count()).isGreaterThan(3);
      if (policy == FilterPolicy.NONE || section == 16) {
        assertThat(damagedFinds(table, versions, "find")).isPositive();
      }
      try (var cursor = table.cursor()) {
        byte[] key = versions.get(15_000).key();
        if (section == 8) {
          assertThatThrownBy(() -> cursor.seekCeiling(key, key.length))
              .isInstanceOf(CorruptionException.class);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"NONE", "LZ4"})
  void damagedPagesStopCursorsInBothDirections(String codec) {
    var versions = new ArrayList<Version>();
    var random = new Random(6);
    for (int i = 0; i < 2000; i++) {
      byte[] value = new byte[60];
      random.nextBytes(value);
      versions.add(new Version(String.format("%08d", i).getBytes(), 0, value));
    }
    TableMeta meta =
        fixture.write(1, fixture.options(codec, FilterPolicy.POINT_INDEX, 4096), versions);
    byte[] damaged = storage.bytes(meta.fileName()).clone();
    damaged[TableFormat.PAGE_BYTES + 77] ^= 1;
    assertThat(damaged.length).isGreaterThan(3 * TableFormat.PAGE_BYTES);
    storage.put(meta.fileName(), damaged);
    try (Table table = fixture.open(meta);
        var cursor = table.cursor()) {
      assertThatThrownBy(() -> TableFixture.scan(table)).isInstanceOf(CorruptionException.class);
      assertThat(cursor.seekLast()).isTrue();
      assertThatThrownBy(
              () -> {
                while (cursor.previous()) {
                  TableFixture.current(cursor);
                }
              })
          .isInstanceOf(CorruptionException.class);
      assertThat(cursor.valid()).isFalse();
      assertThat(cursor.seekFirst()).isTrue();
    }
  }

  /**
   * A slot that points into the header of the first block, whose entry count is taken for the
   * length of a suffix that fits the key.
   */
  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3", "4", "5", "6", "7"})
  void aSlotThatPointsBeforeAllEntriesIsFound(int location) {
    var versions = new ArrayList<Version>();
    for (int number : new int[] {1, 1000, 2000, 3000}) {
      versions.add(new Version(String.format("%016d", number).getBytes(), 0, new byte[3]));
    }
    var options = fixture.options("NONE", FilterPolicy.POINT_INDEX, 4096);
    TableMeta meta = fixture.write(1, options, versions);
    byte[] file = storage.bytes(meta.fileName());
    int footer = file.length - TableFormat.FOOTER_BYTES;
    int bucket = Bytes.getInt(file, footer + 16);
    int properties = Bytes.getInt(file, footer + 24);
    int bits = file[properties + 54];
    for (int slot = 0; slot < versions.size(); slot++) {
      int at = bucket + PointIndexFormat.SLOTS_OFFSET + 4 * slot;
      Bytes.putInt(file, at, Bytes.getInt(file, at) >>> bits << bits | location);
    }
    int checksums = Bytes.getInt(file, footer + 32);
    Bytes.putInt(file, checksums, Checksum.of(file, 0, checksums));
    Bytes.putInt(file, footer + 40, Checksum.of(file, checksums, 4));
    Bytes.putInt(file, footer + 60, Checksum.of(file, footer, 60));
    TableMeta sealed =
        new TableMeta(
            1,
            meta.fileBytes(),
            meta.entries(),
            meta.tombstones(),
            meta.smallest(),
            meta.largest(),
            0,
            Bytes.getInt(file, footer + 60));
    try (Table table = fixture.open(sealed)) {
      for (Version v : versions) {
        long hash = KeyHash.hash(v.key(), 16, TableFixture.SEED);
        assertThatThrownBy(() -> table.find(v.key(), 16, hash, 0, new FoundEntry()))
            .isInstanceOf(CorruptionException.class)
            .hasMessageContaining("outside of the blocks");
      }
    }
  }
}

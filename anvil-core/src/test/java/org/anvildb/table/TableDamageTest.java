package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.FormatException;
import org.anvildb.api.RepairReport.Loss;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.table.TableFixture.Shape;
import org.anvildb.table.TableFixture.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds that damaged files give correct data or a typed exception, and nothing else. */
final class TableDamageTest {
  record Form(String codec, FilterPolicy policy, int maxVersions) {}

  static Stream<Form> forms() {
    return Stream.of(
        new Form("NONE", FilterPolicy.POINT_INDEX, 1),
        new Form("NONE", FilterPolicy.POINT_INDEX, 4),
        new Form("NONE", FilterPolicy.BLOOM, 4),
        new Form("LZ4", FilterPolicy.POINT_INDEX, 4),
        new Form("DEFLATE", FilterPolicy.NONE, 1));
  }

  private final MemoryStorage storage = new MemoryStorage();
  private final TableFixture fixture = new TableFixture(storage, 0);

  private List<Version> versions = List.of();

  private TableMeta write(Form form) {
    versions = TableFixture.versions(new Random(11), Shape.COMPOSITE, 40, form.maxVersions);
    versions = versions.stream().filter(v -> v.valueOrEmpty().length < 60).toList();
    return fixture.write(5, fixture.options(form.codec, form.policy, 300), versions);
  }

  @ParameterizedTest
  @MethodSource("forms")
  void everyDamagedByteIsFound(Form form) {
    TableMeta meta = write(form);
    byte[] sound = storage.bytes(meta.fileName());
    for (int i = 0; i < sound.length; i++) {
      byte[] damaged = sound.clone();
      damaged[i] ^= (byte) (1 << i % 8);
      storage.put(meta.fileName(), damaged);
      String context = form + " byte " + i;
      assertThatThrownBy(() -> readAll(meta))
          .as(context)
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(meta.fileName());
      assertThat(storage.openMappings).as(context).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("forms")
  void everyTruncationIsFound(Form form) {
    TableMeta meta = write(form);
    byte[] sound = storage.bytes(meta.fileName());
    for (int length = 0; length < sound.length; length++) {
      storage.put(meta.fileName(), Arrays.copyOf(sound, length));
      assertThatThrownBy(() -> fixture.open(meta)).isInstanceOf(CorruptionException.class);
      TableMeta fitting = withBytes(meta, length);
      assertThatThrownBy(() -> fixture.open(fitting)).isInstanceOf(CorruptionException.class);
    }
    storage.delete(meta.fileName());
    assertThatThrownBy(() -> fixture.open(meta))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("missing");
  }

  /** Bytes that lie although all checksums fit: no read may end in anything but an exception. */
  @ParameterizedTest
  @MethodSource("forms")
  void everyLieWithSoundChecksumsEndsWell(Form form) {
    TableMeta meta = write(form);
    byte[] sound = storage.bytes(meta.fileName());
    for (int i = 0; i < sound.length - 4; i++) {
      for (int lie : new int[] {i % 2 == 0 ? 0 : 0xff, sound[i] + 1}) {
        byte[] lying = sound.clone();
        lying[i] = (byte) lie;
        readHostile(meta, lying, form + " byte " + i + " = " + lie);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("forms")
  void everyWildNumberWithSoundChecksumsEndsWell(Form form) {
    TableMeta meta = write(form);
    byte[] sound = storage.bytes(meta.fileName());
    var random = new Random(23);
    for (int i = 0; i < 2500; i++) {
      byte[] lying = sound.clone();
      int at = random.nextInt(sound.length - 4);
      int number =
          switch (random.nextInt(4)) {
            case 0 -> -1;
            case 1 -> Integer.MAX_VALUE;
            case 2 -> random.nextInt(2 * sound.length);
            default -> random.nextInt();
          };
      Bytes.putInt(lying, at, number);
      readHostile(meta, lying, form + " int at " + at + " = " + number);
    }
  }

  @Test
  void anotherTablesFileIsFound() {
    TableMeta meta = write(new Form("NONE", FilterPolicy.POINT_INDEX, 1));
    byte[] other = storage.bytes(meta.fileName());
    TableMeta moved = withNumber(meta, 6);
    storage.put(moved.fileName(), other);
    assertThatThrownBy(() -> fixture.open(moved))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("not the one that the manifest names");
  }

  @Test
  void anUnknownFormatVersionIsTold() {
    TableMeta meta = write(new Form("NONE", FilterPolicy.POINT_INDEX, 1));
    byte[] file = storage.bytes(meta.fileName());
    Bytes.putInt(file, file.length - 16, 9);
    TableMeta sealed = seal(meta, file);
    assertThatThrownBy(() -> fixture.open(sealed))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("table format 9");
  }

  @Test
  void propertiesThatNoTableHasAreRefusedBeforeTheyAreRead() {
    TableMeta meta = write(new Form("NONE", FilterPolicy.NONE, 1));
    byte[] sound = storage.bytes(meta.fileName());
    int footer = sound.length - TableFormat.FOOTER_BYTES;
    int properties = Bytes.getInt(sound, footer + 24);
    // The same table with a million bytes of zeros behind its properties, as part of them.
    int more = 1 << 20;
    int checksums = Bytes.getInt(sound, footer + 32) + more;
    int length = 4 * TableFormat.pages(checksums);
    byte[] longer = new byte[checksums + length + TableFormat.FOOTER_BYTES];
    System.arraycopy(sound, 0, longer, 0, checksums - more);
    int at = longer.length - TableFormat.FOOTER_BYTES;
    System.arraycopy(sound, footer, longer, at, TableFormat.FOOTER_BYTES);
    Bytes.putInt(longer, at + 28, checksums - properties);
    Bytes.putInt(longer, at + 32, checksums);
    Bytes.putInt(longer, at + 36, length);
    TableMeta sealed = seal(withBytes(meta, longer.length), longer);
    assertThatThrownBy(() -> fixture.open(sealed))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("the footer contradicts itself");
  }

  @Test
  void blocksThatOverlapAreRefused() {
    TableMeta meta = write(new Form("NONE", FilterPolicy.NONE, 1));
    byte[] file = storage.bytes(meta.fileName());
    int index = Bytes.getInt(file, file.length - TableFormat.FOOTER_BYTES + 8);
    int offsets;
    try (Table table = fixture.open(meta)) {
      offsets = index + 8 * table.index().blocks();
    }
    Bytes.putInt(file, offsets + 8, Bytes.getInt(file, offsets));
    TableMeta sealed = seal(meta, file);
    try (Table table = fixture.open(sealed)) {
      byte[] largest = versions.getLast().key();
      assertThatThrownBy(() -> TableFixture.find(table, largest, Long.MAX_VALUE))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("block index contradicts itself");
    }
  }

  @Test
  void entriesThatOverlapAreToldAndNotSaved() {
    TableMeta meta = write(new Form("NONE", FilterPolicy.NONE, 1));
    byte[] file = storage.bytes(meta.fileName());
    int behind = overlap(meta, file);
    TableMeta sealed = seal(meta, file);
    try (Table table = fixture.open(sealed)) {
      var sink = new CollectingSink();
      table.verify(sink);
      assertThat(sink.problems).anyMatch(problem -> problem.contains("entries that overlap"));
      var losses = new ArrayList<Loss>();
      var cursor = new SalvageCursor(table, losses::add);
      long saved = 0;
      while (cursor.next()) {
        saved++;
      }
      assertThat(losses).anyMatch(loss -> loss.reason().contains("entries that overlap"));
      assertThat(saved).isEqualTo(versions.size() - behind);
    }
  }

  /** Lets a value reach over what follows; returns how many entries follow in its block. */
  private int overlap(TableMeta meta, byte[] file) {
    try (Table table = fixture.open(meta)) {
      Block block = new Block(table);
      block.open(0);
      for (int i = 0; i + 1 < block.count; i++) {
        int entry = (int) block.entry(i);
        int valueLength = EntryFormat.valueLength(block.header(entry));
        if (valueLength > 0 && valueLength < 30) {
          file[entry + 1] = (byte) (2 * (valueLength + 1));
          return block.count - i - 1;
        }
      }
    }
    throw new AssertionError("no entry to change");
  }

  @Test
  void verifyTellsOfEachDamagedPageAndReadsOn() {
    versions = TableFixture.versions(new Random(4), Shape.DECIMAL, 9000, 1);
    var options = fixture.options("NONE", FilterPolicy.POINT_INDEX, 1000);
    TableMeta meta = fixture.write(5, options, versions);
    byte[] file = storage.bytes(meta.fileName());
    file[20_000] ^= 1;
    file[70_000] ^= 1;
    try (Table table = fixture.open(meta)) {
      var sink = new CollectingSink();
      table.verify(sink);
      assertThat(sink.problems).hasSize(2);
      assertThat(sink.problems.getFirst()).contains("checksum of the page of 16384 bytes");
      assertThat(sink.entries).isBetween(versions.size() / 2L, versions.size() - 1L);
    }
  }

  @Test
  void verifyFindsAKeyThatThePointIndexMisses() {
    TableMeta meta = write(new Form("NONE", FilterPolicy.POINT_INDEX, 1));
    byte[] file = storage.bytes(meta.fileName());
    int bucket = Bytes.getInt(file, file.length - 64 + 16);
    file[bucket] ^= 0x55;
    TableMeta sealed = seal(meta, file);
    try (Table table = fixture.open(sealed)) {
      var sink = new CollectingSink();
      table.verify(sink);
      assertThat(sink.problems).hasSize(1);
      assertThat(sink.problems.getFirst()).contains("point index misses a key");
    }
  }

  private void readHostile(TableMeta meta, byte[] lying, String context) {
    TableMeta sealed = seal(meta, lying);
    try {
      readAll(sealed);
    } catch (CorruptionException | FormatException expected) {
      assertThat(expected).hasMessageContaining(meta.fileName());
    } catch (AssertionError wrongData) {
      // A lie may well change what is read: only crashes, hangs and other exceptions are wrong.
    } catch (RuntimeException e) {
      throw new IllegalStateException(context, e);
    }
    assertThat(storage.openMappings).as(context).isZero();
  }

  /** Makes all checksums right, as far as the footer still names the places. */
  private TableMeta seal(TableMeta meta, byte[] file) {
    int footer = file.length - TableFormat.FOOTER_BYTES;
    long checksums = Integer.toUnsignedLong(Bytes.getInt(file, footer + 32));
    long length = Integer.toUnsignedLong(Bytes.getInt(file, footer + 36));
    if (checksums + length == footer && length == 4L * TableFormat.pages(checksums)) {
      for (int page = 0; page < length / 4; page++) {
        int start = page * TableFormat.PAGE_BYTES;
        int bytes = (int) Math.min(TableFormat.PAGE_BYTES, checksums - start);
        Bytes.putInt(file, (int) checksums + 4 * page, Checksum.of(file, start, bytes));
      }
      Bytes.putInt(file, footer + 40, Checksum.of(file, (int) checksums, (int) length));
    }
    Bytes.putInt(file, file.length - 4, Checksum.of(file, footer, 60));
    storage.put(meta.fileName(), file);
    return new TableMeta(
        meta.number(),
        meta.fileBytes(),
        meta.entries(),
        meta.tombstones(),
        meta.smallest(),
        meta.largest(),
        meta.maxSequence(),
        Footer.checksum(Arrays.copyOfRange(file, footer, file.length)));
  }

  /** Reads all that there is in every way; compares it with what was written. */
  private void readAll(TableMeta meta) {
    AnvilException first = null;
    try (Table table = fixture.open(meta)) {
      var sink = new CollectingSink();
      table.verify(sink);
      try {
        List<Version> read = TableFixture.scan(table);
        assertThat(read.size()).isEqualTo(versions.size());
        for (int i = 0; i < read.size(); i++) {
          assertThat(read.get(i).sameAs(versions.get(i))).isTrue();
        }
      } catch (CorruptionException e) {
        first = e;
      }
      for (Version v : versions) {
        try {
          readOne(table, v);
        } catch (CorruptionException e) {
          first = e;
        }
      }
      if (first == null && !sink.problems.isEmpty()) {
        first = new CorruptionException(meta.fileName(), 0, sink.problems.getFirst());
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private static void readOne(Table table, Version v) {
    Version found = TableFixture.mustFind(table, v.key(), v.sequence());
    assertThat(found.value()).isEqualTo(v.value());
    try (var cursor = table.cursor()) {
      assertThat(cursor.seekCeiling(v.key(), v.key().length)).isTrue();
      assertThat(Arrays.copyOf(cursor.key(), cursor.keyLength())).isEqualTo(v.key());
      TableFixture.current(cursor);
      if (cursor.seekLower(v.key(), v.key().length)) {
        TableFixture.current(cursor);
      }
    }
  }

  private static TableMeta withBytes(TableMeta m, long fileBytes) {
    return new TableMeta(
        m.number(),
        fileBytes,
        m.entries(),
        m.tombstones(),
        m.smallest(),
        m.largest(),
        m.maxSequence(),
        m.footerChecksum());
  }

  private static TableMeta withNumber(TableMeta m, long number) {
    return new TableMeta(
        number,
        m.fileBytes(),
        m.entries(),
        m.tombstones(),
        m.smallest(),
        m.largest(),
        m.maxSequence(),
        m.footerChecksum());
  }
}

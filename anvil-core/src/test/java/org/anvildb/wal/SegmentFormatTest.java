package org.anvildb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FormatException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SegmentFormatTest {
  private static final SegmentFormat.Header HEADER =
      new SegmentFormat.Header(0x1122_3344_5566_7788L, 12, 11, 65_536, 1000);

  private static SegmentFormat.@Nullable Header decode(byte[] page) {
    return SegmentFormat.decode("000012.wal", MemorySegment.ofArray(page));
  }

  @Test
  void headerBytesAreGolden() {
    byte[] page = SegmentFormat.encode(HEADER);
    assertThat(page).hasSize(4096);
    assertThat(HexFormat.of().formatHex(page, 0, 56))
        .isEqualTo(
            "414e56494c57414c" // ANVILWAL
                + "0100000000000000" // version 1
                + "8877665544332211"
                + "0c00000000000000"
                + "0b00000000000000"
                + "0000010000000000"
                + "e803000000000000");
    assertThat(Arrays.copyOfRange(page, 56, 4092)).containsOnly(0);
    assertThat(Bytes.getInt(page, 4092)).isEqualTo(Checksum.of(page, 0, 4092));
    assertThat(HexFormat.of().formatHex(page, 4092, 4096)).isEqualTo("ce15877c");
    assertThat(decode(page)).isEqualTo(HEADER);
  }

  @Test
  void aHeaderWithAnyByteDamagedIsNone() {
    byte[] page = SegmentFormat.encode(HEADER);
    for (int i = 0; i < page.length; i++) {
      page[i] ^= 1;
      assertThat(decode(page)).as("byte " + i).isNull();
      page[i] ^= 1;
    }
    assertThat(decode(Arrays.copyOf(page, 4095))).isNull();
    assertThat(decode(new byte[0])).isNull();
  }

  @Test
  void aLaterVersionIsRefused() {
    byte[] page = SegmentFormat.encode(HEADER);
    Bytes.putInt(page, SegmentFormat.VERSION_AT, 2);
    Bytes.putInt(page, SegmentFormat.CRC_AT, Checksum.of(page, 0, SegmentFormat.CRC_AT));
    assertThatThrownBy(() -> decode(page))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("000012.wal: written by WAL format 2, this library reads 1");
  }

  @Test
  void aHeaderThatContradictsItselfIsCorruption() {
    for (var bad :
        List.of(
            new SegmentFormat.Header(1, 0, 0, 0, 1),
            new SegmentFormat.Header(1, 5, 5, 4096, 1),
            new SegmentFormat.Header(1, 5, -1, 4096, 1),
            new SegmentFormat.Header(1, 5, 4, 0, 1),
            new SegmentFormat.Header(1, 5, 4, 4097, 1),
            new SegmentFormat.Header(1, 5, 4, -4096, 1),
            new SegmentFormat.Header(1, 5, 0, 4096, 1),
            new SegmentFormat.Header(1, 5, 4, 4096, 0))) {
      assertThatThrownBy(() -> decode(SegmentFormat.encode(bad)))
          .as(bad.toString())
          .isInstanceOf(CorruptionException.class);
    }
  }

  @Test
  void namesAndNumbersMatch() {
    assertThat(SegmentFormat.name(12)).isEqualTo("000012.wal");
    assertThat(SegmentFormat.name(12_345_678)).isEqualTo("12345678.wal");
    assertThat(SegmentFormat.number("000012.wal")).isEqualTo(12);
    assertThat(SegmentFormat.number("12345678.wal")).isEqualTo(12_345_678);
    for (String foreign :
        List.of(
            "",
            ".wal",
            "12.wal",
            "0000012.wal",
            "000000.wal",
            "00001a.wal",
            "000012.sst",
            "-00012.wal",
            "._000012.wal",
            "000012.wal.tmp",
            "9999999999999999999.wal")) {
      assertThat(SegmentFormat.number(foreign)).as(foreign).isEqualTo(-1);
    }
    assertThat(SegmentFormat.numbers(List.of("000012.wal", "LOCK", "000003.wal", "000004.sst")))
        .containsExactly(3L, 12L);
  }
}

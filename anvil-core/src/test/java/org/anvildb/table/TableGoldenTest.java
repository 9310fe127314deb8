package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import org.anvildb.api.FilterPolicy;
import org.anvildb.table.TableFixture.Version;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holds the bytes of small tables: a change here is a change of the format. */
final class TableGoldenTest {
  private static final List<Version> PLAIN =
      List.of(
          version("key-000", 0, "first"),
          version("key-001", 0, null),
          version("key-01", 0, ""),
          version("key-7", 0, "more"),
          version("kez", 0, "last"));

  private static final List<Version> VERSIONED =
      List.of(
          version("a", 300, "new"),
          version("a", 2, "old"),
          version("ab", 0, "other"),
          version("b", 70_000, null));

  private static final List<Version> REPETITIVE =
      List.of(
          version("a", 0, "0123456789".repeat(12)),
          version("b", 0, "0123456789".repeat(12)),
          version("c", 0, "x"));

  private static Version version(String key, long sequence, @Nullable String value) {
    return new Version(key.getBytes(), sequence, value == null ? null : value.getBytes());
  }

  private static void check(
      String codec, FilterPolicy policy, int blockBytes, List<Version> versions, String golden) {
    var storage = new MemoryStorage();
    var fixture = new TableFixture(storage);
    TableMeta meta = fixture.write(7, fixture.options(codec, policy, blockBytes), versions);
    var lines = new StringBuilder();
    byte[] file = storage.bytes(meta.fileName());
    for (int at = 0; at < file.length; at += 16) {
      int end = Math.min(file.length, at + 16);
      lines.append(HexFormat.of().formatHex(file, at, end)).append('\n');
    }
    assertThat(lines.toString().replaceAll("(?m)(^0{32}\n)+", "*\n")).isEqualTo(golden);
    assertThat(TableFixture.scan(fixture.open(meta))).hasSameSizeAs(versions);
  }

  @Test
  void aPlainTableWithAPointIndex() {
    check(
        "NONE",
        FilterPolicy.POINT_INDEX,
        64,
        PLAIN,
        """
        04000000040000003030300030303100
        303100003700000020002a002f003300
        030a3030306669727374030130303102
        0030310108376d6f7265010000000200
        00007a0000000e0001087a6c61737400
        *
        00000000000000007a00000000000000
        000000003a0000004f00000000000000
        00000000010000007a00000000000000
        *
        810403ffb80000000000000000000000
        20b934aeaaddfb922fe8a03fb38a676e
        487f56cf000000000000000000000000
        *
        05000000000000000100000000000000
        05000000000000000000000000000000
        ed5eed5e00000000020000004f000000
        01000000000107000700070003000000
        02000000400000006b65792d3030306b
        657a00000000040000003a0000000200
        000072088f8007000000000000008000
        000029000000c0000000400000000001
        0000620000006201000004000000ae67
        fac40040000001000000414e56494c53
        5354675a6ec8
        """);
  }

  @Test
  void aTableWithSequencesAndABloomFilter() {
    check(
        "NONE",
        FilterPolicy.BLOOM,
        8192,
        VERSIONED,
        """
        04000000000008000000000000000000
        61000000610000006162000062000000
        38003e0044004d002c01000002000000
        00000000701101000106616e65770106
        616f6c64020a61626f74686572010162
        *
        00000000000000000000000050000000
        *
        00008160200000000000900000000000
        00020000000000000000100000004000
        00000000000000000000006000244000
        00040240000000000020000000400800
        04000000000000000100000000000000
        03000000000000007011010000000000
        ed5eed5e000000000100000050000000
        01000000000207000200010001000000
        01000000002000006162000000000000
        000023617c6c07000000000000008000
        000018000000c0000000400000000001
        00005200000052010000040000009715
        423e0040000001000000414e56494c53
        5354bbf92ef9
        """);
  }

  @Test
  void aCompressedTableWithAPointIndex() {
    check(
        "LZ4",
        FilterPolicy.POINT_INDEX,
        200,
        REPETITIVE,
        """
        0100000001000000df00f00130313233
        3435363738390a005650353637383902
        00000000000000ef01f0016230313233
        3435363738390a005a50390102637800
        00000000000000006200000000000000
        000000001f0000003f00000089000000
        94000000000000000000000001000000
        62000000000000000000000000000000
        26429500000000000000000000000000
        38eb047e47b5beb6e1fe82f100000000
        *
        03000000000000000000000000000000
        03000000000000000000000000000000
        ed5eed5e00000000020000003f000000
        01000000010101000100010001000000
        02000000c80000006163000000000100
        00001f00000000000000983c66000700
        00000000000040000000310000008000
        000040000000c00000005a0000001a01
        0000040000005638dddb004000000200
        0000414e56494c535354cb2f2a76
        """);
  }
}

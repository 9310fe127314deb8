package org.anvildb.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class KeyWriterTest {
  @ParameterizedTest
  @EnumSource
  void keysSortAsTheirNumbersDo(KeyShape shape) {
    long numbers = 30_011;
    for (int keyBytes : new int[] {shape.minBytes(numbers), 16, 17, 40}) {
      KeyWriter writer = new KeyWriter(shape, keyBytes, numbers);
      byte[] before = writer.write(0, writer.newKey());
      for (long number = 1; number < numbers; number++) {
        byte[] key = writer.write(number, writer.newKey());
        assertThat(Arrays.compareUnsigned(before, key))
            .as("%s, %d bytes, number %d", shape, keyBytes, number)
            .isNegative();
        before = key;
      }
    }
  }

  @Test
  void decimalKeysAreDigits() {
    assertThat(text(KeyShape.DECIMAL, 16, 1_234_567)).isEqualTo("0000000001234567");
    assertThat(text(KeyShape.DECIMAL, 7, 1_234_567)).isEqualTo("1234567");
    assertThat(text(KeyShape.DECIMAL, 9, 0)).isEqualTo("000000000");
  }

  @Test
  void prefixedKeysHaveOneOfSixteenNames() {
    assertThat(text(KeyShape.PREFIXED, 16, 0)).isEqualTo("acct:00000000000");
    assertThat(text(KeyShape.PREFIXED, 16, 3_999_999)).isEqualTo("user:00003999999");
  }

  @Test
  void binaryKeysAreSpreadOverAllFirstBytes() {
    KeyWriter writer = new KeyWriter(KeyShape.BINARY, 16, 256);
    for (int number = 0; number < 256; number++) {
      int firstByte = writer.write(number, writer.newKey())[0] & 0xff;
      assertThat(firstByte).isBetween(Math.max(0, number - 1), number);
    }
  }

  @Test
  void keysThatCannotTellAllNumbersApartAreRefused() {
    assertThatThrownBy(() -> new KeyWriter(KeyShape.DECIMAL, 6, 4_000_000))
        .hasMessageContaining("at least 7 bytes");
    assertThatThrownBy(() -> new KeyWriter(KeyShape.BINARY, 7, 10))
        .hasMessageContaining("at least 8 bytes");
    assertThatThrownBy(() -> new KeyWriter(KeyShape.PREFIXED, 11, 4_000_000))
        .hasMessageContaining("at least 12 bytes");
  }

  private static String text(KeyShape shape, int keyBytes, long number) {
    KeyWriter writer = new KeyWriter(shape, keyBytes, 4_000_000);
    return new String(writer.write(number, writer.newKey()), StandardCharsets.US_ASCII);
  }
}

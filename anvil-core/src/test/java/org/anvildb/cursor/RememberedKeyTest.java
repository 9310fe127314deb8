package org.anvildb.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests {@link RememberedKey} and {@link SharedPrefix}. */
final class RememberedKeyTest {
  @Test
  void everyByteAndTheLengthCount() {
    Random random = new Random(3);
    var remembered = new RememberedKey();
    for (int length = 0; length < 100; length++) {
      byte[] key = new byte[length];
      random.nextBytes(key);
      remembered.set(key, length);
      assertThat(remembered.matches(Arrays.copyOf(key, length + 3), length)).isTrue();
      assertThat(remembered.matches(Arrays.copyOf(key, length + 1), length + 1)).isFalse();
      for (int i = 0; i < length; i++) {
        byte[] other = key.clone();
        other[i] ^= 1;
        assertThat(remembered.matches(other, length)).as("byte %s of %s", i, length).isFalse();
      }
    }
  }

  @Test
  void aCopyIsKeptWhenAskedFor() {
    var remembered = new RememberedKey();
    for (int length : new int[] {0, 3, 8, 16, 17, 64, 65, 500, 2}) {
      byte[] key = new byte[length];
      Arrays.fill(key, (byte) length);
      remembered.setCopy(key, length);
      assertThat(Arrays.copyOf(remembered.bytes(), remembered.length())).isEqualTo(key);
    }
  }

  @Test
  void nothingMatchesBeforeTheFirstKeyAndAfterClearing() {
    var remembered = new RememberedKey();
    assertThat(remembered.matches(new byte[0], 0)).isFalse();
    remembered.set(new byte[0], 0);
    assertThat(remembered.matches(new byte[0], 0)).isTrue();
    remembered.clear();
    assertThat(remembered.matches(new byte[0], 0)).isFalse();
  }

  @Test
  void aKeyStartsWithAPrefixOnlyIfAllItsBytesDo() {
    Random random = new Random(4);
    var prefix = new SharedPrefix();
    for (int length = 0; length < 80; length++) {
      byte[] key = new byte[length + 4];
      random.nextBytes(key);
      prefix.set(key, length);
      assertThat(prefix.startsKey(key, key.length)).isTrue();
      assertThat(prefix.startsKey(key, length)).isTrue();
      assertThat(length > 0 && prefix.startsKey(key, length - 1)).isFalse();
      for (int i = 0; i < length; i++) {
        byte[] other = key.clone();
        other[i] ^= 1;
        assertThat(prefix.startsKey(other, key.length)).as("byte %s of %s", i, length).isFalse();
      }
      key[length] ^= 1;
      assertThat(prefix.startsKey(key, key.length)).isTrue();
    }
  }

  @Test
  void aPrefixNarrowsToWhatAKeyHasOfIt() {
    var prefix = new SharedPrefix();
    byte[] key = "order:0000017".getBytes(StandardCharsets.US_ASCII);
    prefix.set(key, 12);
    byte[] other = "order:001".getBytes(StandardCharsets.US_ASCII);
    prefix.narrow(other, other.length);
    assertThat(prefix.length()).isEqualTo(8);
    assertThat(prefix.startsKey(other, other.length)).isTrue();
  }
}

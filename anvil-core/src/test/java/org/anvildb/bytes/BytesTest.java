package org.anvildb.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests {@link Bytes}: the short cuts that read 8 bytes at once, at every length around them. */
final class BytesTest {
  private static final int MAX_LENGTH = 70;

  @Test
  void aCopyHasTheFirstBytesAndNoMore() {
    Random random = new Random(1);
    for (int length = 0; length <= MAX_LENGTH; length++) {
      for (int slack = 0; slack <= 9; slack++) {
        byte[] bytes = bytes(random, length + slack);
        assertThat(Bytes.copyOf(bytes, length))
            .as("%s of %s bytes", length, bytes.length)
            .isEqualTo(Arrays.copyOf(bytes, length));
      }
    }
  }

  @Test
  void numbersWithoutASignAreThatFromTheFirstPlaceToTheLast() {
    MemorySegment segment =
        MemorySegment.ofArray(new byte[] {9, 9, 9, 9, 1, 2, 3, 4, -1, -2, -3, -4});
    assertThat(Bytes.unsignedInt(segment, 4)).isEqualTo(0x0403_0201L);
    assertThat(Bytes.unsignedInt(segment, 8)).isEqualTo(0xfcfd_feffL);
  }

  @Test
  void headsAndComparisonsAgreeWithTheOrderOfUnsignedBytes() {
    for (long seed = 0; seed < 4000; seed++) {
      Random random = new Random(seed);
      byte[] a = bytes(random, random.nextInt(20));
      byte[] b = random.nextBoolean() ? bytes(random, random.nextInt(20)) : near(a, random);
      int expected = Integer.signum(Arrays.compareUnsigned(a, b));
      MemorySegment segment = MemorySegment.ofArray(b);
      assertThat(Integer.signum(Bytes.compare(a, a.length, b, b.length))).isEqualTo(expected);
      assertThat(Integer.signum(Bytes.compare(a, a.length, segment, 0, b.length)))
          .as("seed %s", seed)
          .isEqualTo(expected);
      long aHead = Bytes.head(a, 0, a.length);
      long bHead = Bytes.head(b, 0, b.length);
      assertThat(Bytes.head(segment, 0, b.length)).as("seed %s", seed).isEqualTo(bHead);
      if (aHead != bHead) {
        assertThat(Integer.signum(Long.compareUnsigned(aHead, bHead)))
            .as("seed %s", seed)
            .isEqualTo(expected);
      }
      int shared = Bytes.commonPrefix(a, a.length, b, b.length);
      int mismatch = Arrays.mismatch(a, b);
      assertThat(shared).as("seed %s", seed).isEqualTo(mismatch < 0 ? a.length : mismatch);
    }
  }

  private static byte[] near(byte[] a, Random random) {
    byte[] b = Arrays.copyOf(a, Math.max(0, a.length + random.nextInt(3) - 1));
    if (b.length > 0 && random.nextBoolean()) {
      b[random.nextInt(b.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return b;
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}

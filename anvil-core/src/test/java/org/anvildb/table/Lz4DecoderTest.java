package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;

/**
 * Holds that what the library compressed is restored, that damaged blocks give what the plainest
 * decoder gives, byte by byte, and that nothing is written beside the target. (The library's
 * decoder is no measure for damage: it takes a distance of 0, and refuses a match near the end.)
 */
final class Lz4DecoderTest {
  private static final long SEED = Long.getLong("seed", 1);
  private static final int MARGIN_BYTES = 24;
  private static final byte UNTOUCHED = 0x5a;

  private final LZ4Compressor compressor = LZ4Factory.safeInstance().fastCompressor();

  @Test
  void soundBlocksOfAllShapesAreRestored() {
    for (long seed = SEED; seed < SEED + 4000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] source = patterns(random, random.nextInt(1, 3000));
      byte[] stored = compress(source);
      byte[] target = target(source.length);
      Lz4Decoder.decode(stored, 0, stored.length, target, MARGIN_BYTES, source.length);
      assertThat(restored(target)).as("-Dseed=%d", seed).isEqualTo(source);
      assertMarginsUntouched(target, seed);
    }
  }

  @Test
  void longLiteralsAndLongMatchesAreRestored() {
    byte[] source = new byte[200_000];
    new Random(SEED).nextBytes(source);
    Arrays.fill(source, 70_000, 150_000, (byte) 7);
    byte[] stored = compress(source);
    byte[] target = target(source.length);
    Lz4Decoder.decode(stored, 0, stored.length, target, MARGIN_BYTES, source.length);
    assertThat(restored(target)).isEqualTo(source);
  }

  @Test
  void damagedBlocksGiveWhatThePlainestDecoderGivesOrAreRefused() {
    long refused = 0;
    long restored = 0;
    for (long seed = SEED; seed < SEED + 40_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] source = patterns(random, random.nextInt(1, 400));
      byte[] stored = damage(random, compress(source));
      byte[] expected = plainly(stored, source.length);
      byte[] target = target(source.length);
      try {
        Lz4Decoder.decode(stored, 0, stored.length, target, MARGIN_BYTES, source.length);
        assertThat(restored(target)).as("-Dseed=%d", seed).isEqualTo(expected);
        restored++;
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining("LZ4");
        assertThat(expected).as("-Dseed=%d", seed).isNull();
        refused++;
      }
      assertMarginsUntouched(target, seed);
    }
    assertThat(refused).isGreaterThan(10_000);
    assertThat(restored).isGreaterThan(5_000);
  }

  /** Random bytes, repeated pieces at short and long distances, and runs of one byte. */
  private static byte[] patterns(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    int at = 0;
    while (at < length) {
      int piece = Math.min(length - at, random.nextInt(1, 60));
      switch (random.nextInt(3)) {
        case 0 -> {
          for (int i = 0; i < piece; i++) {
            bytes[at + i] = (byte) random.nextInt();
          }
        }
        case 1 -> Arrays.fill(bytes, at, at + piece, (byte) random.nextInt());
        default -> {
          int distance = at == 0 ? 0 : random.nextInt(1, at + 1);
          for (int i = 0; i < piece && distance > 0; i++) {
            bytes[at + i] = bytes[at + i - distance];
          }
        }
      }
      at += piece;
    }
    return bytes;
  }

  private static byte[] damage(SplittableRandom random, byte[] stored) {
    switch (random.nextInt(4)) {
      case 0 -> {
        return Arrays.copyOf(stored, random.nextInt(stored.length));
      }
      case 1 -> {
        return Arrays.copyOf(stored, stored.length + random.nextInt(1, 9));
      }
      default -> {
        for (int i = random.nextInt(1, 4); i > 0; i--) {
          stored[random.nextInt(stored.length)] = (byte) random.nextInt();
        }
        return stored;
      }
    }
  }

  private byte[] compress(byte[] source) {
    byte[] stored = new byte[compressor.maxCompressedLength(source.length)];
    int length = compressor.compress(source, 0, source.length, stored, 0, stored.length);
    return Arrays.copyOf(stored, length);
  }

  /** Returns null for a malformed block. */
  private static byte[] plainly(byte[] stored, int length) {
    ByteBuffer in = ByteBuffer.wrap(stored);
    byte[] out = new byte[length];
    int to = 0;
    try {
      while (in.hasRemaining()) {
        int token = in.get() & 0xff;
        for (int i = length(in, token >>> 4); i > 0; i--) {
          out[to++] = in.get();
        }
        if (in.hasRemaining()) {
          int distance = in.get() & 0xff | (in.get() & 0xff) << 8;
          if (distance == 0 || distance > to) {
            return null;
          }
          for (int i = length(in, token & 15) + 4; i > 0; i--) {
            out[to] = out[to - distance];
            to++;
          }
          if (!in.hasRemaining()) {
            return null;
          }
        }
      }
      return to == length ? out : null;
    } catch (BufferUnderflowException | ArrayIndexOutOfBoundsException e) {
      return null;
    }
  }

  private static int length(ByteBuffer in, int start) {
    int length = start;
    int more = start == 15 ? 255 : 0;
    while (more == 255) {
      more = in.get() & 0xff;
      length += more;
    }
    return length;
  }

  private static byte[] target(int length) {
    byte[] target = new byte[length + 2 * MARGIN_BYTES];
    Arrays.fill(target, UNTOUCHED);
    return target;
  }

  private static byte[] restored(byte[] target) {
    return Arrays.copyOfRange(target, MARGIN_BYTES, target.length - MARGIN_BYTES);
  }

  private static void assertMarginsUntouched(byte[] target, long seed) {
    for (int i = 0; i < MARGIN_BYTES; i++) {
      assertThat(target[i]).as("-Dseed=%d", seed).isEqualTo(UNTOUCHED);
      assertThat(target[target.length - 1 - i]).as("-Dseed=%d", seed).isEqualTo(UNTOUCHED);
    }
  }
}

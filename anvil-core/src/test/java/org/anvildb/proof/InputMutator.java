package org.anvildb.proof;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes inputs at random, as fuzzers do. All follows from the source of randomness. */
final class InputMutator {
  private static final int[] INTERESTING = {
    0,
    1,
    2,
    7,
    8,
    15,
    16,
    31,
    63,
    64,
    127,
    128,
    255,
    256,
    4095,
    4096,
    16_384,
    65_535,
    65_536,
    Integer.MAX_VALUE,
    Integer.MAX_VALUE - 7,
    Integer.MIN_VALUE,
    -1,
    -2,
    -8
  };

  private final Random random;

  InputMutator(Random random) {
    this.random = random;
  }

  /** Returns a changed copy. */
  byte[] change(byte[] input, FuzzTarget.Window window, List<byte[]> others) {
    byte[] changed = input.clone();
    int to = Math.min(window.to(), changed.length);
    int from = Math.min(window.from(), Math.max(0, to - 1));
    if (random.nextInt(6) == 0) {
      return resize(changed, from, to);
    }
    for (int changes = 1 + random.nextInt(random.nextInt(8) == 0 ? 16 : 3);
        changes > 0;
        changes--) {
      if (to > from) {
        changeInPlace(changed, from + random.nextInt(to - from), to, others);
      }
    }
    return changed;
  }

  private void changeInPlace(byte[] bytes, int at, int to, List<byte[]> others) {
    switch (random.nextInt(8)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> bytes[at] += (byte) (1 + random.nextInt(8) * (random.nextBoolean() ? 1 : -1));
      case 3 -> number(bytes, at, to, 2, interesting());
      case 4 -> number(bytes, at, to, 4, interesting());
      case 5 -> number(bytes, at, to, 8, interesting());
      case 6 -> {
        int length = Math.min(1 + random.nextInt(32), to - at);
        System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
      }
      default -> {
        byte[] other = others.get(random.nextInt(others.size()));
        int length = Math.min(1 + random.nextInt(64), Math.min(to - at, other.length));
        int start = Math.min(at, other.length - length);
        System.arraycopy(other, start, bytes, at, length);
      }
    }
  }

  private long interesting() {
    long number = INTERESTING[random.nextInt(INTERESTING.length)];
    return random.nextInt(4) == 0 ? number + random.nextInt(9) - 4 : number;
  }

  private static void number(byte[] bytes, int at, int to, int size, long number) {
    for (int i = 0; i < size && at + i < to; i++) {
      bytes[at + i] = (byte) (number >>> 8 * i);
    }
  }

  private byte[] resize(byte[] bytes, int from, int to) {
    int at = from + (to > from ? random.nextInt(to - from) : 0);
    int count = 1 + random.nextInt(random.nextInt(4) == 0 ? 256 : 16);
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(bytes, at);
      case 1 -> Arrays.copyOf(bytes, bytes.length + count);
      case 2 -> {
        int end = Math.min(bytes.length, at + count);
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - (end - at));
        System.arraycopy(bytes, end, shorter, at, bytes.length - end);
        yield shorter;
      }
      default -> {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + count);
        System.arraycopy(bytes, at, longer, at + count, bytes.length - at);
        yield longer;
      }
    };
  }
}

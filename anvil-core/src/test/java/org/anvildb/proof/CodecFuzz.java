package org.anvildb.proof;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.anvildb.api.Codec;
import org.anvildb.bytes.Bytes;
import org.anvildb.table.Codecs;

/**
 * A codec: restores blocks or says that they are none of its own, and writes nowhere but into the
 * room that it was given. An input is the size of the block in four bytes, then what is stored.
 */
final class CodecFuzz implements FuzzTarget {
  private static final int MAX_BYTES = 64 << 10;
  private static final int MARGIN = 16;
  private static final byte UNTOUCHED = 0x5a;

  private final Codec codec;
  private final List<byte[]> corpus = new ArrayList<>();

  CodecFuzz(String name, long seed) {
    codec = Codecs.load().byName(name);
    Random random = new Random(seed);
    for (int size : new int[] {1, 20, 300, 5000}) {
      byte[] block = new byte[size];
      for (int i = 0; i < size; i++) {
        block[i] = (byte) ('a' + random.nextInt(1 + random.nextInt(8)));
      }
      byte[] stored = new byte[codec.maxCompressedLength(size)];
      int length = codec.compress(block, 0, size, stored, 0);
      byte[] input = new byte[4 + length];
      Bytes.putInt(input, 0, size);
      System.arraycopy(stored, 0, input, 4, length);
      corpus.add(input);
    }
  }

  @Override
  public String name() {
    return codec.name();
  }

  @Override
  public List<byte[]> corpus() {
    return corpus;
  }

  @Override
  public String parse(byte[] input) {
    if (input.length < 4) {
      return "short";
    }
    int size = Math.floorMod(Bytes.getInt(input, 0), MAX_BYTES);
    byte[] target = new byte[size + 2 * MARGIN];
    Arrays.fill(target, UNTOUCHED);
    String words = "sound";
    try {
      codec.decompress(input, 4, input.length - 4, target, MARGIN, size);
    } catch (IllegalArgumentException e) {
      words = String.valueOf(e.getMessage());
    }
    for (int i = 0; i < MARGIN; i++) {
      if (target[i] != UNTOUCHED || target[MARGIN + size + i] != UNTOUCHED) {
        throw new AssertionError("written outside of the room that was given");
      }
    }
    return words;
  }
}

package org.anvildb.table;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.anvildb.api.Codec;

/**
 * LZ4 blocks by the instance that is pure Java: it loads no native code and checks all bounds.
 * Thread-safe.
 */
final class Lz4Codec implements Codec {
  @Override
  public int id() {
    return 1;
  }

  @Override
  public String name() {
    return "LZ4";
  }

  @Override
  public int maxCompressedLength(int length) {
    return Library.COMPRESSOR.maxCompressedLength(length);
  }

  @Override
  public int compress(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    return Library.COMPRESSOR.compress(source, offset, length, target, targetOffset);
  }

  @Override
  public void decompress(
      byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLength) {
    int restored;
    try {
      restored =
          Library.DECOMPRESSOR.decompress(
              source, offset, length, target, targetOffset, targetLength);
    } catch (LZ4Exception | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("not an LZ4 block", e);
    }
    if (restored != targetLength) {
      throw new IllegalArgumentException("an LZ4 block of another length");
    }
  }

  /** Loaded at the first use, so that uncompressed databases never load the library. */
  private static final class Library {
    static final LZ4Compressor COMPRESSOR = LZ4Factory.safeInstance().fastCompressor();
    static final LZ4SafeDecompressor DECOMPRESSOR = LZ4Factory.safeInstance().safeDecompressor();
  }
}

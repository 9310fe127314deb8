package org.anvildb.table;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import org.anvildb.api.Codec;
import org.anvildb.api.KeyspaceOptions;

/**
 * LZ4 blocks: compressed by the library's instance that is pure Java, which loads no native code,
 * restored by {@link Lz4Decoder}. Thread-safe.
 */
final class Lz4Codec implements Codec {
  @Override
  public int id() {
    return 1;
  }

  @Override
  public String name() {
    return KeyspaceOptions.LZ4;
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
    Lz4Decoder.decode(source, offset, length, target, targetOffset, targetLength);
  }

  /** Loaded at the first use: who compresses nothing never loads the library. */
  private static final class Library {
    static final LZ4Compressor COMPRESSOR = LZ4Factory.safeInstance().fastCompressor();
  }
}

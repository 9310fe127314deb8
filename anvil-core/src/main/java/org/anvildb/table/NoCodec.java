package org.anvildb.table;

import org.anvildb.api.Codec;
import org.anvildb.api.KeyspaceOptions;

/** Leaves bytes as they are: blocks are read in place. */
final class NoCodec implements Codec {
  @Override
  public int id() {
    return Codecs.NONE_ID;
  }

  @Override
  public String name() {
    return KeyspaceOptions.NONE;
  }

  @Override
  public int maxCompressedLength(int length) {
    return length;
  }

  @Override
  public int compress(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    System.arraycopy(source, offset, target, targetOffset, length);
    return length;
  }

  @Override
  public void decompress(
      byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLength) {
    if (length != targetLength) {
      throw new IllegalArgumentException("stored and restored lengths differ");
    }
    System.arraycopy(source, offset, target, targetOffset, length);
  }
}

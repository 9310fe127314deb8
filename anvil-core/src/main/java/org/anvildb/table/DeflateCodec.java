package org.anvildb.table;

import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.anvildb.api.Codec;
import org.anvildb.api.KeyspaceOptions;

/** DEFLATE without a frame, by the JDK: denser and slower than LZ4. Thread-safe. */
final class DeflateCodec implements Codec {
  @Override
  public int id() {
    return 2;
  }

  @Override
  public String name() {
    return KeyspaceOptions.DEFLATE;
  }

  @Override
  public int maxCompressedLength(int length) {
    return Math.addExact(length, length / 1000 + 64);
  }

  @Override
  public int compress(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try {
      deflater.setInput(source, offset, length);
      deflater.finish();
      int written =
          deflater.deflate(target, targetOffset, maxCompressedLength(length), Deflater.NO_FLUSH);
      if (!deflater.finished()) {
        throw new IllegalStateException("deflated bytes exceed the bound of their length");
      }
      return written;
    } finally {
      deflater.end();
    }
  }

  @Override
  public void decompress(
      byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLength) {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(source, offset, length);
      int restored = 0;
      int n = 1;
      while (restored < targetLength && n > 0) {
        n = inflater.inflate(target, targetOffset + restored, targetLength - restored);
        restored += n;
      }
      boolean more = inflater.inflate(new byte[1], 0, 1) > 0;
      if (restored != targetLength || more || !inflater.finished()) {
        throw new IllegalArgumentException("a DEFLATE block of another length");
      }
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("not a DEFLATE block", e);
    } finally {
      inflater.end();
    }
  }
}

package org.anvildb.api;

/**
 * A block compressor. Its id is stored in every table, so an id is never given to another format.
 *
 * <p>Ids 0 to 15 belong to AnvilDB (0 none, 1 LZ4, 2 DEFLATE). Further codecs are found through
 * {@link java.util.ServiceLoader}, with the context class loader of the thread that opens the
 * database; they must be thread-safe, and must not read or write outside of the given ranges
 * whatever the bytes are. What one throws while a table is written poisons the database; a {@code
 * RuntimeException} at a read makes that read a {@link CorruptionException} with it as the cause.
 */
public interface Codec {
  /**
   * Returns the number that tables store for this codec.
   *
   * @return 16 to 255, as lower ones are AnvilDB's own
   */
  int id();

  /**
   * Returns the name that options use for this codec.
   *
   * @return 1 to 32 characters without lower-case letters, for example {@code "LZ4"}; options may
   *     write it as they like
   */
  String name();

  /**
   * Returns the largest size that compressing can end with.
   *
   * @param length the number of bytes to compress
   * @return the room that {@link #compress} needs
   */
  int maxCompressedLength(int length);

  /**
   * Compresses a range of bytes.
   *
   * @param source where the bytes are
   * @param offset the first one
   * @param length how many
   * @param target where the compressed bytes go, from index {@code targetOffset} on
   * @param targetOffset the first index to write
   * @return the number of bytes written
   */
  int compress(byte[] source, int offset, int length, byte[] target, int targetOffset);

  /**
   * Restores a range of bytes.
   *
   * @param source where the compressed bytes are
   * @param offset the first one
   * @param length how many
   * @param target where the restored bytes go, from index {@code targetOffset} on
   * @param targetOffset the first index to write
   * @param targetLength how many bytes there must be
   * @throws IllegalArgumentException if the bytes are not what {@link #compress} made of exactly
   *     {@code targetLength} bytes
   */
  void decompress(
      byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLength);
}

package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;

/**
 * What a table file tells about itself: for a repair, when no manifest tells of it.
 *
 * @param meta what a manifest would have kept
 * @param hashSeed the seed of key hashes: that of the database
 * @param codecId the codec of its blocks
 * @param filterPolicy what it carries to find single keys
 * @param blockBytes the size at which a block was closed
 */
public record StoredTable(
    TableMeta meta, long hashSeed, int codecId, FilterPolicy filterPolicy, int blockBytes) {
  private static final int MIN_BLOCK_BYTES = 64;
  private static final int MAX_BLOCK_BYTES = 1 << 20;

  /**
   * Reads footer and properties of a file.
   *
   * @throws CorruptionException if they do not verify
   * @throws org.anvildb.api.FormatException if the format is unknown here
   */
  public static StoredTable read(Storage storage, long number) {
    String file = TableMeta.fileName(number);
    long size = storage.size(file);
    if (size < TableFormat.FOOTER_BYTES || size > TableFormat.MAX_FILE_BYTES) {
      throw new CorruptionException(file, -1, "no table has " + size + " bytes");
    }
    try (MappedFile mapped = storage.map(file)) {
      return read(mapped.memory(), file, number);
    } catch (InternalError e) {
      throw new CorruptionException(file, -1, "the file can't be read", e);
    }
  }

  private static StoredTable read(MemorySegment memory, String file, long number) {
    byte[] encoded = new byte[TableFormat.FOOTER_BYTES];
    long at = memory.byteSize() - encoded.length;
    if (at < 0) {
      throw new CorruptionException(file, -1, "the table changed its size");
    }
    MemorySegment.copy(memory, at, MemorySegment.ofArray(encoded), 0, encoded.length);
    int checksum = Footer.checksum(encoded);
    byte[] none = {};
    var unknown = new TableMeta(number, memory.byteSize(), 0, 0, none, none, 0, checksum);
    Footer footer = Table.readFooter(memory, unknown);
    Pages pages = new Pages(file, memory, footer.checksumsOffset());
    byte[] section = Table.readProperties(memory, footer, pages);
    TableProperties properties = TableProperties.decode(section, footer, file);
    var meta =
        new TableMeta(
            number,
            memory.byteSize(),
            properties.entries(),
            properties.tombstones(),
            properties.smallest(),
            properties.largest(),
            properties.maxSequence(),
            checksum);
    return new StoredTable(
        meta,
        properties.hashSeed(),
        properties.codecId(),
        properties.filterPolicy(),
        properties.blockBytes());
  }

  /**
   * Returns the options of a keyspace whose tables look like this one.
   *
   * @throws org.anvildb.api.FormatException if its codec is not there
   */
  public KeyspaceOptions options(Codecs codecs) {
    return KeyspaceOptions.defaults()
        .withCodec(codecs.byId(codecId, meta.fileName()).name())
        .withFilterPolicy(filterPolicy)
        .withBlockBytes(Math.clamp(blockBytes, MIN_BLOCK_BYTES, MAX_BLOCK_BYTES));
  }
}

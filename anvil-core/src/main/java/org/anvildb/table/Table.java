package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.anvildb.api.Codec;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FilterPolicy;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.bytes.LateFault;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * One table file, mapped for reading. Thread-safe; reads take no lock.
 *
 * <p>Opening reads the footer, the properties and the page checksums, nothing else. Every other
 * page is checked when it is first used. After {@link #close()} every read throws {@link
 * IllegalStateException}, also one that is under way; cursors of the table are then void too.
 */
public final class Table implements AutoCloseable {
  /** As many lines as a processor fetches at once; a longer search waits for its own. */
  private static final int MAX_SEARCH_BYTES = 16 * TableFormat.LINE_BYTES;

  private static final long LARGE_ENTRY_BYTES = 512;

  /** A point read's answer: the key is not there. */
  static final long ABSENT = -1;

  /** A point read's answer: the key was deleted. */
  static final long DELETED = -2;

  /** A point read's answer: what was found is told by the {@link FoundEntry}. */
  static final long IN_BLOCK = -3;

  /** A point read's answer that is not negative: the value's offset, above its length. */
  private static final int LENGTH_BITS = 31;

  private final String file;
  private final TableMeta meta;
  private final MappedFile mapped;
  private final MemorySegment memory;
  private final Footer footer;
  private final TableProperties properties;
  private final Pages pages;
  private final BlockIndex index;
  private final PrefixSteps steps;
  private final byte[] smallest;
  private final long dataBytes;
  private final long maxSequence;
  private final Codec codec;
  private final long searchBytes;
  private final boolean largeEntries;
  private final boolean direct;
  private final @Nullable PointIndex pointIndex;
  private final @Nullable BloomFilter bloomFilter;
  private final BlockCache cache;
  private final @Nullable CachedBlocks cached;

  /** Of the first entry that a point read found; a race only leaves another one. */
  private @Nullable UsualHeader usual;

  private Table(MappedFile mapped, TableMeta meta, Codecs codecs, BlockCache cache, long hashSeed) {
    this.file = meta.fileName();
    this.meta = meta;
    this.mapped = mapped;
    this.memory = mapped.memory();
    this.footer = readFooter(memory, meta);
    this.pages = new Pages(file, memory, footer.checksumsOffset());
    this.properties = TableProperties.decode(readProperties(memory, footer, pages), footer, meta);
    if (properties.hashSeed() != hashSeed) {
      throw corrupt(footer.propertiesOffset(), "the table belongs to another database");
    }
    this.index = new BlockIndex(pages, memory, footer, properties, file);
    this.steps = properties.steps();
    this.smallest = meta.smallest();
    this.dataBytes = properties.dataBytes();
    this.maxSequence = meta.maxSequence();
    this.searchBytes = searchBytes(properties);
    this.largeEntries = dataBytes >= LARGE_ENTRY_BYTES * properties.entries();
    this.codec = codecs.byId(properties.codecId(), file);
    this.direct = codec.id() == Codecs.NONE_ID;
    FilterPolicy policy = properties.filterPolicy();
    this.pointIndex =
        policy == FilterPolicy.POINT_INDEX
            ? new PointIndex(pages, memory, footer, properties)
            : null;
    this.bloomFilter =
        policy == FilterPolicy.BLOOM ? new BloomFilter(pages, memory, footer, properties) : null;
    this.cache = cache;
    this.cached = direct ? null : new CachedBlocks(meta.number(), properties.blocks());
  }

  /**
   * Opens a table and checks that it is the one that was written.
   *
   * @param hashSeed the seed that the database hashes keys with
   * @throws CorruptionException if the file is missing, has another size, or is not that table
   * @throws org.anvildb.api.FormatException if its format or its codec is unknown here
   */
  public static Table open(
      Storage storage, TableMeta meta, Codecs codecs, BlockCache cache, long hashSeed) {
    String file = meta.fileName();
    TableSeal.ensureSize(storage, file, meta);
    MappedFile mapped = storage.map(file);
    boolean opened = false;
    try {
      Table table = new Table(mapped, meta, codecs, cache, hashSeed);
      opened = true;
      return table;
    } catch (InternalError e) {
      throw unreadable(file, e);
    } finally {
      if (!opened) {
        mapped.close();
      }
    }
  }

  /** Reads the footer, and checks the page checksums by it. */
  static Footer readFooter(MemorySegment memory, TableMeta meta) {
    String file = meta.fileName();
    if (memory.byteSize() != meta.fileBytes()) {
      throw new CorruptionException(file, -1, "the table changed its size; " + Pages.ADVICE);
    }
    byte[] encoded = new byte[TableFormat.FOOTER_BYTES];
    long at = meta.fileBytes() - encoded.length;
    MemorySegment.copy(memory, at, MemorySegment.ofArray(encoded), 0, encoded.length);
    Footer footer = Footer.decode(encoded, meta);
    int actual = Checksum.of(memory, footer.checksumsOffset(), footer.checksumsBytes());
    if (actual != footer.checksumsChecksum()) {
      throw Pages.mismatch(
          file, footer.checksumsOffset(), "page checksums", footer.checksumsChecksum(), actual);
    }
    return footer;
  }

  /** Returns the section of the properties, its pages checked. */
  static byte[] readProperties(MemorySegment memory, Footer footer, Pages pages) {
    byte[] encoded = new byte[(int) footer.propertiesBytes()];
    if (encoded.length > 0) {
      pages.touch(footer.propertiesOffset(), encoded.length);
    }
    MemorySegment.copy(
        memory, footer.propertiesOffset(), MemorySegment.ofArray(encoded), 0, encoded.length);
    return encoded;
  }

  /** Returns what the manifest knows of the table. */
  public TableMeta meta() {
    return meta;
  }

  /**
   * Finds the newest version of a key that a snapshot sees.
   *
   * @param hash the key's hash with the database's seed
   * @param maxSequence the largest sequence number that is visible
   * @param out takes what was found; unchanged if nothing was
   * @return whether there is such a version, be it a tombstone
   */
  public boolean find(byte[] key, int keyLength, long hash, long maxSequence, FoundEntry out) {
    try {
      if (pointIndex != null) {
        long found = pointIndex.find(this, key, keyLength, hash, maxSequence, out);
        if (found >= 0) {
          out.value(memory, found >>> LENGTH_BITS, (int) found & Integer.MAX_VALUE);
        } else if (found == DELETED) {
          out.deleted();
        }
        return found != ABSENT;
      }
      if (bloomFilter != null && !bloomFilter.mayContain(hash)) {
        return false;
      }
      return search(index.find(key, keyLength), key, keyLength, maxSequence, out);
    } catch (InternalError e) {
      throw unreadable(file, e);
    }
  }

  /**
   * As {@link #find} of the newest version of all, but returns a copy of the value.
   *
   * @return the value; {@link FoundEntry#TOMBSTONE} itself if the key was deleted; null if the
   *     table does not have the key
   */
  public byte @Nullable [] get(byte[] key, int keyLength, long hash) {
    if (pointIndex == null || !direct) {
      FoundEntry found = new FoundEntry();
      return find(key, keyLength, hash, Long.MAX_VALUE, found) ? found.copy() : null;
    }
    try {
      long found = pointIndex.find(this, key, keyLength, hash, Long.MAX_VALUE, null);
      if (found < 0) {
        return found == DELETED ? FoundEntry.TOMBSTONE : null;
      }
      return Bytes.copy(memory, found >>> LENGTH_BITS, (int) found & Integer.MAX_VALUE);
    } catch (InternalError e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Finds the version of a key that a snapshot sees, at a location that the point index told; it
   * may be another key's.
   *
   * @param out takes what was found in a block; null only where that can't be, in a direct table of
   *     which everything is visible
   * @return {@link #ABSENT}, {@link #DELETED}, {@link #IN_BLOCK}, or where the value is
   */
  long entryAt(
      long location, byte[] key, int keyLength, long maxSequence, @Nullable FoundEntry out) {
    if (!direct) {
      if (location >= properties.blocks()) {
        throw corrupt(footer.filterOffset(), "the point index names a block that is not there");
      }
      return searchInto(out, firstBlock(location, key, keyLength), key, keyLength, maxSequence);
    }
    if (location >= dataBytes || location < BlockFormat.HEADER_BYTES) {
      throw corrupt(footer.filterOffset(), "the point index points outside of the blocks");
    }
    pages.touch(location, Math.min(EntryFormat.MAX_HEADER_BYTES, dataBytes - location));
    long header = header(location);
    int suffixLength = EntryFormat.suffixLength(header);
    int prefix = steps.at(location);
    if (suffixLength != keyLength - prefix) {
      return ABSENT;
    }
    long suffix = location + EntryFormat.bytes(header);
    long value = suffix + suffixLength;
    int valueLength = EntryFormat.valueLength(header);
    pages.touch(location, value - location);
    if (!EntryFormat.suffixEquals(memory, suffix, suffixLength, key, keyLength)
        || !Bytes.startEquals(key, smallest, prefix)) {
      return ABSENT;
    }
    if (maxSequence < this.maxSequence) {
      return searchInto(out, index.find(key, keyLength), key, keyLength, maxSequence);
    }
    if (EntryFormat.tombstone(header)) {
      return DELETED;
    }
    if (valueLength > 0) {
      pages.touch(value, valueLength);
    }
    return value << LENGTH_BITS | valueLength;
  }

  /**
   * Returns the block in which the search for a key starts that the point index has in another one,
   * or in the same. Where keys have several versions the index's block is no start: it may be there
   * for another key of the same bits, and hold older versions of this one at its front.
   */
  private int firstBlock(long location, byte[] key, int keyLength) {
    return maxSequence > 0 ? index.find(key, keyLength) : (int) location;
  }

  /**
   * Decodes the header of an entry of a direct table. Where it is the usual one, the processor goes
   * on with what is known of that one while it still waits for the bytes, so that the lines of the
   * value are fetched along with that of the header, not after it.
   */
  private long header(long location) {
    UsualHeader usual = this.usual;
    if (usual != null && usual.isAt(memory, location, dataBytes)) {
      return usual.header;
    }
    long header = EntryFormat.header(memory, location, dataBytes);
    if (header < 0) {
      throw corrupt(location, "the entry here is malformed");
    }
    if (usual == null) {
      UsualHeader first = new UsualHeader(memory, location, header);
      LateFault.deliver();
      this.usual = first;
    }
    return header;
  }

  private long searchInto(
      @Nullable FoundEntry out, int ordinal, byte[] key, int keyLength, long maxSequence) {
    return search(ordinal, key, keyLength, maxSequence, Objects.requireNonNull(out))
        ? IN_BLOCK
        : ABSENT;
  }

  /** Finds the newest visible version of a key in a block or in those that follow it. */
  private boolean search(int ordinal, byte[] key, int keyLength, long maxSequence, FoundEntry out) {
    Block block = new Block(this);
    block.open(ordinal);
    int i = block.lowerBound(key, keyLength);
    while (true) {
      if (i == block.count) {
        if (block.ordinal() + 1 == index.blocks()) {
          return false;
        }
        block.open(block.ordinal() + 1);
        i = 0;
      }
      if (!block.keyEquals(i, key, keyLength)) {
        return false;
      }
      if (block.sequence(i) <= maxSequence) {
        note(block, i, out);
        return true;
      }
      i++;
    }
  }

  private static void note(Block block, int i, FoundEntry out) {
    long entry = block.entry(i);
    long header = block.header(entry);
    if (EntryFormat.tombstone(header)) {
      out.deleted();
    } else {
      out.value(
          block.memory,
          entry + EntryFormat.bytes(header) + EntryFormat.suffixLength(header),
          EntryFormat.valueLength(header));
    }
  }

  /** Returns a cursor over all entries. The caller keeps the table open while it uses it. */
  public InternalCursor cursor() {
    return new TableCursor(this);
  }

  /**
   * Reads every page that was not used yet, and compares its checksum.
   *
   * @throws CorruptionException if one is damaged
   */
  public void checkPages() {
    try {
      pages.touch(0, footer.checksumsOffset());
    } catch (InternalError e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Reads every byte and checks every checksum, the order and number of entries, and that the
   * filter knows each key. Tells the sink what is wrong instead of throwing.
   */
  public void verify(VerifySink sink) {
    new TableVerifier(this, sink).run();
  }

  /** Sets a view on a block: in the mapping, or restored in the cache. */
  void load(int ordinal, Block view) {
    long offset = index.offset(ordinal);
    long end = index.checkedEnd(ordinal, offset);
    long stored = end - offset;
    int prefix = steps.at(offset);
    long restored = cached == null ? stored : index.restoredBytes(ordinal);
    if (cached == null || restored == stored) {
      pages.touch(offset, stored);
      view.set(memory, offset, end, offset, prefix);
      return;
    }
    CachedBlock block = cache.get(cached, ordinal);
    if (block == null) {
      byte[] bytes = restore(offset, stored, restored, prefix);
      block = new CachedBlock(cached, ordinal, bytes, (int) restored);
      LateFault.deliver();
      cache.put(block);
    }
    view.set(block.memory, 0, block.bytes, offset, prefix);
  }

  private byte[] restore(long offset, long stored, long restored, int prefix) {
    if (restored > TableFormat.MAX_RESTORED_BYTES || stored > restored) {
      throw corrupt(offset, "the compressed block here has an impossible size");
    }
    pages.touch(offset, stored);
    byte[] source = new byte[(int) stored];
    MemorySegment.copy(memory, offset, MemorySegment.ofArray(source), 0, stored);
    byte[] target = new byte[(int) restored + EntryFormat.SLACK_BYTES];
    try {
      if (footer.version() == TableFormat.LEAN_VERSION) {
        LeanBlock.restore(codec, source, target, (int) restored, prefix);
      } else {
        codec.decompress(source, 0, source.length, target, 0, (int) restored);
      }
    } catch (RuntimeException e) {
      // Codecs of others may throw anything at bytes that they did not write.
      throw new CorruptionException(
          file,
          offset,
          "the block here is not what " + codec.name() + " wrote; " + Pages.ADVICE,
          e);
    }
    return target;
  }

  /** Tells whether entries take so much that the start of the next is not near that of one. */
  boolean hasLargeEntries() {
    return largeEntries;
  }

  /** Returns about how many bytes of a block are header, heads and offsets, within limits. */
  long searchBytes() {
    return searchBytes;
  }

  private static long searchBytes(TableProperties properties) {
    long entries = properties.entries() / properties.blocks();
    return Math.min(
        MAX_SEARCH_BYTES,
        TableFormat.LINE_BYTES + entries * (BlockFormat.HEAD_BYTES + Short.BYTES));
  }

  MemorySegment memory() {
    return memory;
  }

  Footer footer() {
    return footer;
  }

  TableProperties properties() {
    return properties;
  }

  Pages pages() {
    return pages;
  }

  BlockIndex index() {
    return index;
  }

  @Nullable PointIndex pointIndex() {
    return pointIndex;
  }

  @Nullable BloomFilter bloomFilter() {
    return bloomFilter;
  }

  boolean direct() {
    return direct;
  }

  private CorruptionException corrupt(long offset, String problem) {
    return new CorruptionException(file, offset, problem + "; " + Pages.ADVICE);
  }

  /** Turns the error of a mapped access into an exception. */
  CorruptionException unreadable(InternalError error) {
    return unreadable(file, error);
  }

  private static CorruptionException unreadable(String file, InternalError error) {
    return new CorruptionException(
        file,
        -1,
        "the mapped file can't be read: it was cut short, or its device failed; " + Pages.ADVICE,
        error);
  }

  /** Unmaps the file. A second close does nothing. */
  @Override
  public void close() {
    mapped.close();
    if (cached != null) {
      cached.close();
      cache.evict(meta.number());
    }
  }
}

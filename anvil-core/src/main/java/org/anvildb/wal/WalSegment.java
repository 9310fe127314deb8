package org.anvildb.wal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.anvildb.bytes.Bytes;
import org.anvildb.log.RecordFormat;
import org.anvildb.storage.MappedFile;

/**
 * A mapped segment of the write-ahead log that is written to. It is the arena of a memtable, whose
 * entries point into {@link #memory()}.
 *
 * <p>One thread at a time writes, under the engine's commit lock; any thread may read the memory,
 * {@link #position()} and {@link #syncedUpTo()}. Only the leader of {@link GroupCommit} forces.
 */
public final class WalSegment implements AutoCloseable {
  private static final VarHandle POSITION;

  static {
    try {
      POSITION = MethodHandles.lookup().findVarHandle(WalSegment.class, "position", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final MappedFile file;
  private final MemorySegment memory;
  private final long number;
  private final long database;
  private final long capacity;
  private final long salt;

  /** Where the next record goes: written by the writer alone, read through {@link #POSITION}. */
  private long position = SegmentFormat.HEADER_BYTES;

  private long nextSequence;
  private volatile boolean isSealed = true;
  private volatile long syncedUpTo;

  /**
   * Makes a segment of a file that nothing of this number was written to; it is sealed until {@link
   * #begin}.
   */
  WalSegment(MappedFile file, long number, long database) {
    this.file = file;
    this.memory = file.memory();
    this.number = number;
    this.database = database;
    this.capacity = memory.byteSize();
    this.salt = RecordFormat.salt(database, number);
  }

  /** Returns the segment's number. */
  public long number() {
    return number;
  }

  /** Returns the mapped file. */
  public MemorySegment memory() {
    return memory;
  }

  /** Returns the file's size. */
  public long capacity() {
    return capacity;
  }

  /** Returns the end of the last record. */
  public long position() {
    return (long) POSITION.getAcquire(this);
  }

  /** Returns the number that the next batch must have. */
  public long nextSequence() {
    return nextSequence;
  }

  /** Tells whether a batch of this length has room. */
  public boolean fits(long bodyBytes) {
    return RecordFormat.recordBytes(bodyBytes) <= capacity - position;
  }

  /** Makes the segment the first of a chain; the manifest names it as the floor already. */
  public void beginChain(long firstSequence) {
    begin(0, 0, firstSequence);
  }

  /** Makes the segment follow a log that was replayed. */
  public void beginAfter(LogEnd end, long firstSequence) {
    begin(end.segment(), end.bytes(), firstSequence);
  }

  /**
   * Writes the header that makes the segment part of the log.
   *
   * @param predecessor the number of the sealed segment before it, 0 if it starts a chain
   * @param predecessorBytes that segment's final length
   * @param firstSequence the number of the first batch
   */
  void begin(long predecessor, long predecessorBytes, long firstSequence) {
    var header =
        new SegmentFormat.Header(database, number, predecessor, predecessorBytes, firstSequence);
    byte[] page = SegmentFormat.encode(header);
    memory.set(Bytes.LE_LONG, SegmentFormat.HEADER_BYTES, 0);
    MemorySegment.copy(page, 0, memory, ValueLayout.JAVA_BYTE, 0, page.length);
    nextSequence = firstSequence;
    isSealed = false;
  }

  /**
   * Appends a batch with one copy. The zero that the copy puts behind the record ends the log where
   * the file still holds an older log's bytes.
   *
   * @param batch the batch, with at least one operation; it must {@linkplain #fits fit}
   * @param sequence its number, one more than that of the batch before
   * @return the offset of the first operation; the batch's length behind it is {@link #position()}
   */
  public long append(BatchEncoder batch, long sequence) {
    int length = batch.bytes();
    if (isSealed || length == 0 || sequence != nextSequence || !fits(length)) {
      throw refused(length, sequence);
    }
    long at = position;
    int from = batch.frame(salt, sequence, syncedUpTo);
    long end = at + RecordFormat.HEADER_BYTES + length;
    long copyEnd = Math.min(capacity, end + BatchEncoder.TERMINATOR_BYTES);
    MemorySegment.copy(
        batch.buffer(), from, memory, ValueLayout.JAVA_BYTE, at, (int) (copyEnd - at));
    nextSequence = sequence + 1;
    POSITION.setRelease(this, end);
    batch.appended(this, end, sequence);
    return at + RecordFormat.HEADER_BYTES;
  }

  /**
   * Appends a mark, if there is room: a record that says no more than what was synced. Written when
   * all is synced before an orderly close, it lets the next open tell damage from a torn tail.
   */
  public void appendMark() {
    if (isSealed || !fits(0)) {
      return;
    }
    byte[] frame =
        new byte
            [RecordFormat.LEAD_BYTES + RecordFormat.HEADER_BYTES + BatchEncoder.TERMINATOR_BYTES];
    RecordFormat.putHeader(
        frame, RecordFormat.LEAD_BYTES, salt, 0, 0, 0, nextSequence - 1, syncedUpTo);
    long at = position;
    long end = at + RecordFormat.HEADER_BYTES;
    long copyEnd = Math.min(capacity, end + BatchEncoder.TERMINATOR_BYTES);
    MemorySegment.copy(
        frame, RecordFormat.LEAD_BYTES, memory, ValueLayout.JAVA_BYTE, at, (int) (copyEnd - at));
    POSITION.setRelease(this, end);
  }

  /** Ends the segment: nothing can be appended from now on, and its position is final. */
  public void seal() {
    isSealed = true;
  }

  /** Tells whether the position is final. */
  public boolean isSealed() {
    return isSealed;
  }

  /** Returns how much of the segment is known to be on disk, all its predecessors included. */
  public long syncedUpTo() {
    return syncedUpTo;
  }

  /** Notes that the bytes before an offset, and all predecessors, are on disk. */
  void markSynced(long upTo) {
    syncedUpTo = upTo;
  }

  /** Makes a range durable. A failure is final: it must never be tried again. */
  void force(long from, long to) {
    file.force(from, to - from);
  }

  /** Unmaps the segment: a reader that is still inside gets an {@link IllegalStateException}. */
  @Override
  public void close() {
    file.close();
  }

  String name() {
    return file.name();
  }

  private IllegalStateException refused(int length, long sequence) {
    return new IllegalStateException(
        SegmentFormat.name(number)
            + (isSealed ? ": the segment is sealed" : ": no append")
            + " of batch "
            + sequence
            + " with "
            + length
            + " bytes at "
            + position
            + " of "
            + capacity
            + ", where batch "
            + nextSequence
            + " must follow");
  }
}

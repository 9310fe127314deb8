package org.anvildb.wal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ClosedException;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.StorageException;
import org.anvildb.api.TooManyOpenFilesException;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.storage.Closer;
import org.anvildb.storage.DirectorySync;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * Where the log gets its segments from: files prepared in the background, recycled where possible.
 *
 * <p>Thread-safe, but for {@link #take}, which belongs to the writer. No calling thread but that of
 * {@link #retire} and {@link #close} does file work.
 *
 * <p>Invariant: a segment is handed out only after its name is durable. So a name that is missing
 * in the middle of the chain was never lost by a crash: it is damage, and replay says so. This
 * costs a sync of the directory for each segment, off the writers' path.
 *
 * <p>Sizes start small and double each time a segment was filled, so that a store that sees little
 * use never pays for full segments.
 */
public final class SegmentPool implements AutoCloseable {
  /** The size of the first segment, if the largest is not smaller. */
  public static final long FIRST_SEGMENT_BYTES = 1 << 20;

  private static final int MAX_SPARES = 2;

  private final Storage storage;
  private final Scheduler scheduler;
  private final LongSupplier numbers;
  private final long database;
  private final long maxBytes;
  private final boolean forcesEachBatch;
  private final Runnable onChange;
  private final Gate gate;

  @GuardedBy("this")
  private final List<Spare> spares = new ArrayList<>();

  @GuardedBy("this")
  private long nextBytes;

  /** The size up to which segments grow at present. */
  private volatile long limitBytes;

  @GuardedBy("this")
  private boolean isPreparing;

  /** The largest batch that somebody waits to have room for. */
  @GuardedBy("this")
  private long wantedBodyBytes;

  /** Set under the lock of this, which whoever only waits for it need not take. */
  private volatile boolean isClosed;

  /** What was handed out and did not come back. */
  @GuardedBy("this")
  private final Set<WalSegment> inUse = new LinkedHashSet<>();

  private volatile @Nullable WalSegment ready;
  private volatile @Nullable Throwable failure;

  /** A file without use: its name is that of the number that it had last. */
  private record Spare(String name, long bytes) {}

  /**
   * Makes a pool.
   *
   * @param storage where the segments are
   * @param scheduler runs the preparing, in {@link Lane#CHORE}
   * @param numbers gives a new file number at each call, from any thread
   * @param database the id of the database
   * @param maxBytes the size up to which segments grow; a larger batch gets a segment of its own
   * @param forcesEachBatch whether batches are forced one by one, as a rule: then the files are
   *     filled with zeros, so that a force is cheap, else their blocks are only set aside
   * @param onChange told, on a background thread, that a segment is ready or could not be made
   */
  public SegmentPool(
      Storage storage,
      Scheduler scheduler,
      LongSupplier numbers,
      long database,
      long maxBytes,
      boolean forcesEachBatch,
      Runnable onChange) {
    this.storage = storage;
    this.scheduler = scheduler;
    this.numbers = numbers;
    this.database = database;
    this.forcesEachBatch = forcesEachBatch;
    this.onChange = onChange;
    this.maxBytes = SegmentFormat.roundUp(Math.max(maxBytes, 2L * SegmentFormat.HEADER_BYTES));
    this.limitBytes = this.maxBytes;
    this.nextBytes = Math.min(FIRST_SEGMENT_BYTES, this.maxBytes);
    this.gate = scheduler.newGate();
  }

  /**
   * Tells whether {@link #take} would answer at once for a batch of a length: with a segment, or
   * with an exception.
   */
  public boolean isReady(long bodyBytes) {
    WalSegment segment = ready;
    return failure != null || segment != null && segment.fits(bodyBytes);
  }

  /**
   * Starts to prepare a segment that has room for a batch, in the background, unless one is ready
   * or one is under way. Whoever waits asks again when the pool says that something changed.
   */
  public synchronized void prepare(long bodyBytes) {
    WalSegment segment = ready;
    if (failure != null || segment != null && segment.fits(bodyBytes)) {
      return;
    }
    if (segment != null) {
      giveUp(segment);
    }
    wantedBodyBytes = Math.max(wantedBodyBytes, bodyBytes);
    submit(Math.max(nextBytes, SegmentFormat.bytesFor(bodyBytes)));
  }

  /** Returns how many files there are without use, the prepared one among them. */
  public synchronized int count() {
    return spares.size() + (ready == null ? 0 : 1);
  }

  /** Returns the size of the files without use. */
  public synchronized long bytes() {
    WalSegment segment = ready;
    return spares.stream().mapToLong(Spare::bytes).sum()
        + (segment == null ? 0 : segment.capacity());
  }

  /** Returns the size of all files: those in use, the prepared one, and those without use. */
  public synchronized long totalBytes() {
    return bytes() + inUse.stream().mapToLong(WalSegment::capacity).sum();
  }

  /** Sets the size of the next segment, if it is larger than that of the first one. */
  public synchronized void startAt(long bytes) {
    nextBytes = Math.clamp(SegmentFormat.roundUp(bytes), nextBytes, limitBytes);
  }

  /** Returns the size up to which segments grow at present. */
  public long limitBytes() {
    return limitBytes;
  }

  /** Sets the size up to which segments grow from now on, within what the pool was made for. */
  public synchronized void limit(long bytes) {
    long rounded = SegmentFormat.roundUp(Math.max(bytes, 2L * SegmentFormat.HEADER_BYTES));
    limitBytes = Math.min(maxBytes, rounded);
    nextBytes = Math.min(limitBytes, nextBytes);
  }

  /** Starts to prepare the next segment in the background, unless it is ready or under way. */
  public synchronized void prepare() {
    if (ready == null && failure == null) {
      submit(nextBytes);
    }
  }

  /**
   * Returns a segment that is not begun, waiting until one is ready: the first of a chain. The
   * manifest must name it as the floor, durably, before {@link WalSegment#beginChain}; then a crash
   * in between leaves no two chains, and a log whose first segment is gone is known to be damaged.
   */
  public WalSegment takeFirst() {
    return await(0);
  }

  /**
   * Seals a segment and lets the next one follow it, waiting until one is ready. If none can be
   * made, nothing is sealed.
   *
   * @param predecessor the segment in use
   * @param bodyBytes the batch that the next one must have room for, 0 if none is known
   * @throws DiskFullException if there is no room; may be tried again
   * @throws AnvilException if a file or the directory failed; it fails from then on
   */
  public WalSegment take(WalSegment predecessor, long bodyBytes) {
    boolean isFilled = predecessor.position() > predecessor.capacity() / 2;
    synchronized (this) {
      if (isFilled && predecessor.capacity() >= nextBytes) {
        nextBytes = Math.min(limitBytes, 2 * nextBytes);
      }
    }
    WalSegment segment = await(bodyBytes);
    predecessor.seal();
    segment.begin(predecessor.number(), predecessor.position(), predecessor.nextSequence());
    return segment;
  }

  /**
   * Unmaps a segment whose memtable is in synced tables that a synced manifest names, and keeps its
   * file for use again or deletes it. The segment must be {@linkplain GroupCommit#settle settled}.
   *
   * @throws AnvilException if a file can't be deleted; it is tried again with the next segment, and
   *     else left as an orphan below the manifest's floor
   */
  public void retire(WalSegment segment) {
    segment.close();
    List<Spare> surplus = new ArrayList<>();
    synchronized (this) {
      inUse.remove(segment);
      spares.add(new Spare(segment.name(), segment.capacity()));
      long current = nextBytes;
      spares.removeIf(s -> s.bytes() != current && surplus.add(s));
      while (spares.size() > (isClosed ? 0 : limitBytes < maxBytes ? 1 : MAX_SPARES)) {
        surplus.add(spares.removeFirst());
      }
    }
    delete(surplus);
  }

  /**
   * Unmaps what is prepared or in use, under its readers if need be, and deletes all files that
   * hold nothing. To be called when the scheduler runs no more work.
   */
  @Override
  public void close() {
    Closer closer = new Closer();
    List<Spare> surplus = new ArrayList<>();
    synchronized (this) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      WalSegment unused = ready;
      ready = null;
      if (unused != null) {
        closer.close(unused::close);
        surplus.add(new Spare(unused.name(), unused.capacity()));
      }
      inUse.forEach(segment -> closer.close(segment::close));
      inUse.clear();
      surplus.addAll(spares);
      spares.clear();
    }
    closer.close(() -> delete(surplus));
    gate.open();
    closer.finish();
  }

  private WalSegment await(long bodyBytes) {
    while (true) {
      WalSegment segment = poll(bodyBytes);
      if (segment != null) {
        return segment;
      }
      gate.await(() -> ready != null || failure != null || isClosed);
      Throwable cause = failure;
      if (cause != null) {
        throw failed(cause);
      }
    }
  }

  /** Takes what is ready if it is large enough; else has a segment made that is. */
  private synchronized @Nullable WalSegment poll(long bodyBytes) {
    if (isClosed) {
      throw new ClosedException("the log was closed");
    }
    Throwable earlier = failure;
    if (earlier != null) {
      if (!isPassing(earlier)) {
        throw failed(earlier);
      }
      failure = null;
    }
    WalSegment segment = ready;
    if (segment != null) {
      ready = null;
      if (segment.fits(bodyBytes)) {
        inUse.add(segment);
        return segment;
      }
      giveUp(segment);
    }
    submit(Math.max(nextBytes, SegmentFormat.bytesFor(bodyBytes)));
    return null;
  }

  /** Its number must not follow that of a larger segment that is made now. */
  @GuardedBy("this")
  private void giveUp(WalSegment segment) {
    ready = null;
    segment.close();
    spares.add(new Spare(segment.name(), segment.capacity()));
  }

  @GuardedBy("this")
  private void submit(long bytes) {
    if (isPreparing || isClosed) {
      return;
    }
    isPreparing = true;
    try {
      scheduler.submit(Lane.CHORE, () -> prepareNow(bytes));
    } catch (RuntimeException | Error e) {
      isPreparing = false;
      failure = new NotStartedException(e);
    }
  }

  /**
   * Makes a segment, unless the pool is closed: a closing that could not wait any longer may have
   * given the directory away.
   */
  private void prepareNow(long bytes) {
    WalSegment made = null;
    Throwable thrown = null;
    try {
      made = isOpen() ? make(bytes) : null;
    } catch (Throwable t) {
      thrown = t;
    }
    try {
      note(made, thrown);
    } catch (Throwable t) {
      noteInVain(t);
    } finally {
      gate.open();
      onChange.run();
    }
  }

  /** Ends a preparation whose end itself failed: who waits must be told. */
  private synchronized void noteInVain(Throwable thrown) {
    isPreparing = false;
    if (ready == null && failure == null) {
      failure = thrown;
    }
  }

  /** Ends a preparation, with a segment, a failure, or neither if the pool is closed. */
  private synchronized void note(@Nullable WalSegment result, @Nullable Throwable thrown) {
    WalSegment made = result;
    isPreparing = false;
    // In one step: a writer that takes a failure for past, while this is still under way, would
    // wait for what has ended.
    if (thrown != null) {
      failure = thrown;
    }
    if (isClosed && made != null) {
      // Its file is one without use, which the next opening deletes.
      made.close();
      made = null;
    }
    ready = made;
    long wanted = wantedBodyBytes;
    wantedBodyBytes = 0;
    // Somebody asked for more room while this one was on its way.
    if (made != null && !made.fits(wanted)) {
      giveUp(made);
      submit(SegmentFormat.bytesFor(wanted));
    }
  }

  private synchronized boolean isOpen() {
    return !isClosed;
  }

  private WalSegment make(long bytes) {
    long number = numbers.getAsLong();
    Spare spare = spare(bytes);
    String name = SegmentFormat.name(number);
    MappedFile file;
    if (spare == null) {
      file =
          forcesEachBatch ? storage.createMapped(name, bytes) : storage.reserveMapped(name, bytes);
    } else {
      file = renamed(spare, name);
    }
    try {
      file.populate();
      DirectorySync.run(storage);
      return new WalSegment(file, number, database);
    } catch (Throwable t) {
      file.close();
      throw t;
    }
  }

  private MappedFile renamed(Spare spare, String name) {
    storage.rename(spare.name(), name);
    try {
      return storage.mapWritable(name);
    } catch (Throwable t) {
      synchronized (this) {
        spares.add(new Spare(name, spare.bytes()));
      }
      throw t;
    }
  }

  private synchronized @Nullable Spare spare(long bytes) {
    for (int i = 0; i < spares.size(); i++) {
      if (spares.get(i).bytes() == bytes) {
        return spares.remove(i);
      }
    }
    return null;
  }

  /** Deletes all, even if one fails; then throws what failed first. */
  private void delete(List<Spare> surplus) {
    Throwable first = null;
    for (Spare spare : surplus) {
      try {
        storage.delete(spare.name());
      } catch (RuntimeException | Error e) {
        synchronized (this) {
          if (!isClosed) {
            spares.add(spare);
          }
        }
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    switch (first) {
      case null -> {}
      case AnvilException typed -> throw typed;
      default -> throw new StorageException("deleting a log file failed: " + first, first);
    }
  }

  /** The scheduler took no work, as when the system starts no more threads. */
  private static final class NotStartedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotStartedException(Throwable cause) {
      super("no thread could be started: " + cause, cause);
    }
  }

  /**
   * A full disk and a lack of descriptors or threads may pass, and nothing was lost; all else is
   * final.
   */
  private static boolean isPassing(Throwable cause) {
    return cause instanceof DiskFullException
        || cause instanceof TooManyOpenFilesException
        || cause instanceof NotStartedException;
  }

  /** Makes an exception of the calling thread's own from one of the background. */
  private static RuntimeException failed(Throwable cause) {
    String message = "no log segment could be prepared (" + cause.getMessage() + ")";
    return switch (cause) {
      case DiskFullException _ -> new DiskFullException(message, cause);
      case TooManyOpenFilesException _ -> new TooManyOpenFilesException(message, cause);
      case NotStartedException _ ->
          new StorageException(
              message + "; nothing was written; raise the limit on threads, then try again",
              cause.getCause());
      default ->
          new PoisonedException(
              message + "; writes fail, reads go on; close and reopen to recover", cause);
    };
  }
}

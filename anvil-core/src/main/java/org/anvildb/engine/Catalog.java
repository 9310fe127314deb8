package org.anvildb.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import java.util.function.Function;
import org.anvildb.api.ClosedException;
import org.anvildb.bytes.ReleasingLock;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.version.Version;
import org.anvildb.version.VersionEdit;
import org.anvildb.version.VersionLog;
import org.jspecify.annotations.Nullable;

/**
 * The live version and its record, the manifest: every change of the set of tables and keyspaces
 * goes through here, one at a time.
 *
 * <p>A change is first made durable in the manifest and then shown to readers. A manifest that
 * could not be written poisons the database: whether the change survives is known only at the next
 * opening, so none of the files that it names is deleted.
 */
final class Catalog {
  private final ReleasingLock lock = new ReleasingLock();
  private final DirectoryLock directory;

  /** The manifest; null in a read-only database. */
  @GuardedBy("lock")
  private final @Nullable VersionLog log;

  private final ReadStates states;
  private final HealthState health;
  private volatile Version current;

  @GuardedBy("lock")
  private boolean isClosed;

  Catalog(
      Version version,
      DirectoryLock directory,
      @Nullable VersionLog log,
      ReadStates states,
      HealthState health) {
    this.current = version;
    this.directory = directory;
    this.log = log;
    this.states = states;
    this.health = health;
  }

  Version current() {
    return current;
  }

  /** Returns a number that is larger than that of every table of the current version. */
  long nextFileNumber() {
    try {
      lock.lock();
      return log == null ? Long.MAX_VALUE : log.nextFile();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes a change that depends on the version.
   *
   * @param change returns the edits, or null to change nothing
   * @param opened new tables of these edits, open and owned by the caller, who gives them up here
   * @param flushed the memtable that these tables replace, if any
   * @return the version afterwards, or null if nothing was changed
   * @throws ClosedException after the closing: work that outlasted its patience must not write into
   *     a directory that may be another's by now
   */
  @Nullable Version change(
      Function<Version, @Nullable List<VersionEdit>> change,
      List<CountedTable> opened,
      @Nullable MemtableSlot flushed) {
    try {
      lock.lock();
      if (isClosed) {
        throw new ClosedException("the database is closed");
      }
      List<VersionEdit> edits = change.apply(current);
      if (edits == null) {
        return null;
      }
      if (log == null) {
        throw new IllegalStateException("a read-only database can't change");
      }
      Version next;
      try {
        // Whoever deleted the lock's file may have let another process in.
        directory.ensureValid();
        next = log.commit(edits);
      } catch (RuntimeException | Error e) {
        health.fail("writing the manifest", e);
        throw e;
      }
      states.update(next, flushed);
      current = next;
      opened.forEach(Counted::release);
      return next;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    try {
      lock.lock();
      isClosed = true;
      if (log != null) {
        log.close();
      }
    } finally {
      lock.unlock();
    }
  }
}

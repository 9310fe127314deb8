package org.anvildb.version;

import java.util.ArrayList;
import java.util.List;
import org.anvildb.api.StorageException;
import org.anvildb.storage.Storage;
import org.anvildb.version.VersionEdit.Counters;

/**
 * The current version and the manifest that makes each change of it durable.
 *
 * <p>{@link #current()} and {@link #nextFile()} are safe for any thread; {@link #commit} and {@link
 * #close()} are called by one thread at a time, under a lock of the engine's. No pinning, no
 * picking and no file but the manifest is the business of this class.
 *
 * <p>After a commit that threw, it is not known whether the edits are on disk: neither the tables
 * they add nor those they remove may be deleted before the database was opened again.
 */
public final class VersionLog implements AutoCloseable {
  /** A manifest below this size is never rewritten. */
  static final long ROTATE_BYTES = 1 << 20;

  private static final System.Logger LOG = System.getLogger(VersionLog.class.getName());

  private final Storage storage;
  private final long rotateBytes;
  private final FileNumbers numbers;
  private volatile Version current;
  private Manifest manifest;

  private VersionLog(
      Storage storage, long rotateBytes, FileNumbers numbers, Version version, Manifest manifest) {
    this.storage = storage;
    this.rotateBytes = rotateBytes;
    this.numbers = numbers;
    this.current = version;
    this.manifest = manifest;
  }

  /**
   * Starts a new manifest for a version, new or recovered, and puts it in force. Its numbers go on
   * above every number that the version knows or that a file in the directory has.
   */
  public static VersionLog start(Storage storage, Version version) {
    return start(storage, version, ROTATE_BYTES);
  }

  /**
   * Starts a new manifest for a version and puts it in force. What the version names, tables and
   * the first log segment, is durable by now.
   *
   * <p>A new database must have neither tables nor log segments before this returns: a crash until
   * then leaves nothing, or a database that can be read.
   *
   * @param numbers those of all files of this database
   */
  public static VersionLog start(Storage storage, Version version, FileNumbers numbers) {
    return start(storage, version, numbers, ROTATE_BYTES);
  }

  static VersionLog start(Storage storage, Version version, long rotateBytes) {
    return start(storage, version, FileNumbers.above(version, storage.list()), rotateBytes);
  }

  private static VersionLog start(
      Storage storage, Version version, FileNumbers numbers, long rotateBytes) {
    long number = numbers.allocate();
    Version first = version.apply(List.of(new Counters(numbers.next(), 0)));
    Manifest manifest = startManifest(storage, number, first);
    return new VersionLog(storage, rotateBytes, numbers, first, manifest);
  }

  /** Returns the version that the last commit made. */
  public Version current() {
    return current;
  }

  /** Returns the number of the manifest in force. */
  public long manifestNumber() {
    return manifest.number();
  }

  /** Returns the lowest number that was not handed out yet. */
  public long nextFile() {
    return numbers.next();
  }

  /**
   * Makes a list of edits durable, as one atomic step, and its result the current version.
   *
   * @return the new current version
   * @throws IllegalStateException if the edits don't fit the current version; nothing was changed
   * @throws org.anvildb.api.AnvilException if the manifest can't be written, and at each commit
   *     after that
   */
  public Version commit(List<VersionEdit> edits) {
    List<VersionEdit> all = new ArrayList<>(edits);
    all.add(new Counters(numbers.next(), 0));
    Version next = current.apply(all);
    if (manifest.bytes() > Math.max(rotateBytes, 2 * manifest.snapshotBytes())) {
      rotate(next);
    } else {
      manifest.append(all);
    }
    current = next;
    return next;
  }

  @Override
  public void close() {
    manifest.close();
  }

  /** Replaces an overgrown manifest, whose failure from here on must stop all commits. */
  private void rotate(Version next) {
    manifest.ensureAlive();
    Manifest old = manifest;
    try {
      long number = numbers.allocate();
      manifest = startManifest(storage, number, next);
      old.close();
    } catch (Throwable e) {
      old.poison(e);
      manifest.poison(e);
      throw e;
    }
    try {
      storage.delete(FileName.manifest(old.number()));
    } catch (StorageException e) {
      LOG.log(
          System.Logger.Level.DEBUG,
          "an old manifest can't be deleted, the next opening will try again",
          e);
    }
  }

  private static Manifest startManifest(Storage storage, long number, Version version) {
    Manifest manifest = Manifest.create(storage, number, version);
    try {
      CurrentFile.switchTo(storage, number, version.databaseId());
      return manifest;
    } catch (Throwable e) {
      try {
        manifest.close();
      } catch (RuntimeException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }
}

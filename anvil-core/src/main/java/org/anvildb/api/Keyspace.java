package org.anvildb.api;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One ordered map of the database, with a name and options of its own.
 *
 * <p>All keyspaces share one log, so a {@link WriteBatch} over several of them is atomic. Arrays
 * given to a method are copied before it returns and may be reused at once.
 *
 * <p>A write may pause for 5 to 20 ms to keep the pace of the merges, and waits without limit while
 * as many memtables wait to be flushed as may ({@link DatabaseOptions#frozenMemtables()}): {@link
 * Stats.Writes#stalls()} counts the waits, not the pauses. An interrupt ends a wait.
 *
 * <p>Writes throw {@link ReadOnlyException} on a read-only database, {@link PoisonedException}
 * after an earlier write, sync, read or background job failed, {@link DiskFullException} when there
 * is no room, and {@link InterruptedOperationException} when the thread is interrupted while it
 * waits for the background work to catch up; in each of these cases nothing was written, unless the
 * message says otherwise. A null argument is a {@link NullPointerException}, a key or value over
 * its limit (see {@link Limits}) an {@link IllegalArgumentException}, both before anything changes.
 */
public interface Keyspace extends Readable {
  /**
   * Returns the name under which the keyspace was created.
   *
   * @return the name; the default keyspace is called {@code "default"}
   */
  String name();

  /**
   * Returns the options in force, as they are stored in the database.
   *
   * @return the options
   */
  KeyspaceOptions options();

  /**
   * Sets the value of a key, with the durability that the database was opened with.
   *
   * @param key the key
   * @param value the value
   */
  void put(byte[] key, byte[] value);

  /**
   * Sets the value of a key.
   *
   * @param key the key
   * @param value the value
   * @param durability what must have happened to the write before this method returns
   */
  void put(byte[] key, byte[] value, Durability durability);

  /**
   * Removes a key, with the durability that the database was opened with. Removing an absent key is
   * not an error.
   *
   * @param key the key
   */
  void delete(byte[] key);

  /**
   * Removes a key.
   *
   * @param key the key
   * @param durability what must have happened to the write before this method returns
   */
  void delete(byte[] key, Durability durability);

  /**
   * Sets the value of a key if the key is absent, in one atomic step.
   *
   * @param key the key
   * @param value the value
   * @return whether it was absent and is now set
   */
  boolean putIfAbsent(byte[] key, byte[] value);

  /**
   * Sets the value of a key if the key is present, in one atomic step.
   *
   * @param key the key
   * @param value the new value
   * @return whether it was present and is now replaced
   */
  boolean replace(byte[] key, byte[] value);

  /**
   * Sets the value of a key if its present value equals the expected one, in one atomic step
   * (compare-and-set).
   *
   * @param key the key
   * @param expected the value that must be there
   * @param value the new value
   * @return whether the expected value was there and is now replaced
   */
  boolean replace(byte[] key, byte[] expected, byte[] value);

  /**
   * Removes a key if its present value equals the expected one, in one atomic step
   * (compare-and-delete).
   *
   * @param key the key
   * @param expected the value that must be there
   * @return whether the expected value was there and is now removed
   */
  boolean delete(byte[] key, byte[] expected);

  /**
   * Reads a key on a new virtual thread, for callers that must not wait for the disk.
   *
   * @param key the key; copied before this method returns
   * @return a future of the value, or of null if the key is absent
   */
  CompletableFuture<byte @Nullable []> getAsync(byte[] key);

  /**
   * Sets the value of a key. The write is visible when this method returns, and the future
   * completes when it is as durable as the database was asked to make it: with {@link
   * Durability#OS} that is at once.
   *
   * <p>What is asynchronous is the wait for the disk alone. The call itself may wait for other
   * writers and for room, as {@link #put} does, and what fails before the write is in the log is
   * thrown, not handed to the future. Actions that depend on the future run on the common pool.
   * Cancelling it undoes nothing.
   *
   * @param key the key
   * @param value the value
   * @return a future that completes when the write is durable
   */
  CompletableFuture<@Nullable Void> putAsync(byte[] key, byte[] value);

  /**
   * Removes a key. The write is visible when this method returns, and the future completes when it
   * is as durable as the database was asked to make it; see {@link #putAsync}.
   *
   * @param key the key
   * @return a future that completes when the write is durable
   */
  CompletableFuture<@Nullable Void> deleteAsync(byte[] key);

  /**
   * Merges all tables of this keyspace that hold keys of a range down to the last level, dropping
   * what is overwritten or deleted; returns when it is done. On a {@link Database}: of its default
   * keyspace.
   *
   * @param range the keys to compact
   * @throws InterruptedOperationException if the thread was interrupted while it waited; merges
   *     that have begun go on
   */
  void compact(KeyRange range);
}

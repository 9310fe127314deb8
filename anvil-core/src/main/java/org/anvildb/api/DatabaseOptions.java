package org.anvildb.api;

import java.time.Duration;
import java.util.Objects;

/**
 * How a database is opened. Immutable; made by {@link #builder()}, and the defaults suit most uses.
 *
 * <pre>{@code
 * DatabaseOptions options = DatabaseOptions.builder().durability(Durability.SYNC).build();
 * }</pre>
 *
 * @param memtableBytes the log bytes after which a memtable is frozen and written into a table, 4
 *     KiB to 1 GiB, default 64 MiB: more means fewer, larger tables, and more to replay after a
 *     crash. Log files start at 1 MiB, or at a 32nd of the tables but an eighth of this size at
 *     most, and grow to this size only under load
 * @param frozenMemtables how many frozen memtables may wait to be written before writers are held
 *     back, 1 to 64, default 2
 * @param blockCacheBytes the memory for decompressed blocks, 0 to 1 TiB, default a sixteenth of the
 *     heap: used by compressed keyspaces alone, the others are cached by the operating system
 * @param backgroundThreads how many compactions run at a time, 1 to 64, default 2; flushes and
 *     syncs have threads of their own
 * @param durability what a write waits for unless it says otherwise, default {@link Durability#OS}
 * @param syncInterval how often writes that nobody waits for are synced, 1 ms to 1 h, default 1 s:
 *     the most that {@link Durability#OS} can lose in a power cut
 * @param createIfMissing whether to create the database if there is none, default true
 * @param errorIfExists whether to refuse a database that exists, default false
 * @param readOnly whether to open without changing a byte of the directory, default false: shows
 *     the moment of the opening, for which it reads the log into memory, and keeps writers out,
 *     unless the file {@code LOCK} is missing or can't be read: then only those of this JVM.
 *     Several processes may read a directory at once, each through one opening
 * @param lockTimeout how long to wait for a directory that another process has open, 0 s to 1 h,
 *     default 0 s: fail at once
 * @param keyspaceDefaults the options for keyspaces that are created without options of their own,
 *     the default keyspace among them. A keyspace that exists keeps the options that it is stored
 *     with, and other defaults at a later opening are no contradiction
 */
public record DatabaseOptions(
    ByteSize memtableBytes,
    int frozenMemtables,
    ByteSize blockCacheBytes,
    int backgroundThreads,
    Durability durability,
    Duration syncInterval,
    boolean createIfMissing,
    boolean errorIfExists,
    boolean readOnly,
    Duration lockTimeout,
    KeyspaceOptions keyspaceDefaults) {
  /** Checks the limits. */
  public DatabaseOptions {
    Checks.inRange("memtableBytes", memtableBytes.bytes(), 4 << 10, 1 << 30);
    Checks.inRange("frozenMemtables", frozenMemtables, 1, 64);
    Checks.inRange("blockCacheBytes", blockCacheBytes.bytes(), 0, 1L << 40);
    Checks.inRange("backgroundThreads", backgroundThreads, 1, 64);
    Checks.inRange("syncInterval (ms)", syncInterval.toMillis(), 1, 3_600_000);
    Checks.inRange("lockTimeout (ms)", lockTimeout.toMillis(), 0, 3_600_000);
    Objects.requireNonNull(durability, "durability");
    Objects.requireNonNull(keyspaceDefaults, "keyspaceDefaults");
    if (readOnly && errorIfExists) {
      throw new IllegalArgumentException("readOnly and errorIfExists exclude each other");
    }
  }

  /**
   * Returns the defaults.
   *
   * @return {@code builder().build()}
   */
  public static DatabaseOptions defaults() {
    return builder().build();
  }

  /**
   * Starts from the defaults.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts from these options.
   *
   * @return a builder that holds a copy of them
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Collects options; each setter checks nothing, {@link #build()} checks all. */
  public static final class Builder {
    private ByteSize memtableBytes = ByteSize.ofMiB(64);
    private int frozenMemtables = 2;
    private ByteSize blockCacheBytes = ByteSize.ofBytes(Runtime.getRuntime().maxMemory() / 16);
    private int backgroundThreads = 2;
    private Durability durability = Durability.OS;
    private Duration syncInterval = Duration.ofSeconds(1);
    private boolean createIfMissing = true;
    private boolean errorIfExists;
    private boolean readOnly;
    private Duration lockTimeout = Duration.ZERO;
    private KeyspaceOptions keyspaceDefaults = KeyspaceOptions.defaults();

    private Builder() {}

    private Builder(DatabaseOptions options) {
      memtableBytes = options.memtableBytes;
      frozenMemtables = options.frozenMemtables;
      blockCacheBytes = options.blockCacheBytes;
      backgroundThreads = options.backgroundThreads;
      durability = options.durability;
      syncInterval = options.syncInterval;
      createIfMissing = options.createIfMissing;
      errorIfExists = options.errorIfExists;
      readOnly = options.readOnly;
      lockTimeout = options.lockTimeout;
      keyspaceDefaults = options.keyspaceDefaults;
    }

    /**
     * Sets the log bytes after which a memtable is frozen.
     *
     * @param size 4 KiB to 1 GiB
     * @return this builder
     */
    public Builder memtableBytes(ByteSize size) {
      memtableBytes = size;
      return this;
    }

    /**
     * Sets how many frozen memtables may wait.
     *
     * @param count 1 to 64
     * @return this builder
     */
    public Builder frozenMemtables(int count) {
      frozenMemtables = count;
      return this;
    }

    /**
     * Sets the memory for decompressed blocks.
     *
     * @param size 0 to 1 TiB
     * @return this builder
     */
    public Builder blockCacheBytes(ByteSize size) {
      blockCacheBytes = size;
      return this;
    }

    /**
     * Sets how many compactions run at a time.
     *
     * @param count 1 to 64
     * @return this builder
     */
    public Builder backgroundThreads(int count) {
      backgroundThreads = count;
      return this;
    }

    /**
     * Sets what a write waits for.
     *
     * @param level the default level
     * @return this builder
     */
    public Builder durability(Durability level) {
      durability = level;
      return this;
    }

    /**
     * Sets how often writes that nobody waits for are synced.
     *
     * @param interval 1 ms to 1 h
     * @return this builder
     */
    public Builder syncInterval(Duration interval) {
      syncInterval = interval;
      return this;
    }

    /**
     * Sets whether to create the database if there is none.
     *
     * @param create whether to
     * @return this builder
     */
    public Builder createIfMissing(boolean create) {
      createIfMissing = create;
      return this;
    }

    /**
     * Sets whether to refuse a database that exists.
     *
     * @param refuse whether to
     * @return this builder
     */
    public Builder errorIfExists(boolean refuse) {
      errorIfExists = refuse;
      return this;
    }

    /**
     * Sets whether to open without changing anything.
     *
     * @param only whether to
     * @return this builder
     */
    public Builder readOnly(boolean only) {
      readOnly = only;
      return this;
    }

    /**
     * Sets how long to wait for a directory that another process has open.
     *
     * @param timeout 0 s to 1 h
     * @return this builder
     */
    public Builder lockTimeout(Duration timeout) {
      lockTimeout = timeout;
      return this;
    }

    /**
     * Sets the options for keyspaces that are created without options of their own.
     *
     * @param options the options
     * @return this builder
     */
    public Builder keyspaceDefaults(KeyspaceOptions options) {
      keyspaceDefaults = options;
      return this;
    }

    /**
     * Makes the options.
     *
     * @return the options
     * @throws IllegalArgumentException if one is out of its limits, or two contradict each other
     */
    public DatabaseOptions build() {
      return new DatabaseOptions(
          memtableBytes,
          frozenMemtables,
          blockCacheBytes,
          backgroundThreads,
          durability,
          syncInterval,
          createIfMissing,
          errorIfExists,
          readOnly,
          lockTimeout,
          keyspaceDefaults);
    }
  }
}

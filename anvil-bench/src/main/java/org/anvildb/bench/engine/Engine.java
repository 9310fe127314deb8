package org.anvildb.bench.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The engines, with what the JVM and the reader of a report must know of each.
 *
 * <p>An adapter is not touched before its engine is opened: the jars of the others may be missing.
 */
public enum Engine {
  /** AnvilDB with its defaults. */
  ANVIL(
      "defaults (with LZ4 a block cache of a third of the heap); a put survives the death of the"
          + " process",
      List.of("--illegal-native-access=deny", "--sun-misc-unsafe-memory-access=deny"),
      (directory, options) -> new AnvilStore(directory, options)),

  /** RocksDB through JNI, as its tuning guide sets it up. */
  ROCKSDB(
      "Bloom filter 10 bits, 512 MB cache, 64 MB buffer, 2 background jobs;"
          + " a put survives the death of the process",
      nativeFlags(),
      (directory, options) -> new RocksStore(directory, options, false)),

  /** RocksDB with mapped files, hash-indexed blocks and reused buffers. */
  ROCKSDB_TUNED(
      "as rocksdb, with mapped reads, hash-indexed data blocks, reads into reused buffers;"
          + " a put survives the death of the process",
      nativeFlags(),
      (directory, options) -> new RocksStore(directory, options, true)),

  /** LMDB through JNR. */
  LMDB(
      "WRITEMAP, NOSYNC (not in the synced workloads), one transaction a put, reused read"
          + " transactions; a put survives the death of the process, a power cut may destroy the"
          + " file",
      nativeFlags(
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "-Dlmdbjava.disable.checks=true"),
      (directory, options) -> new LmdbStore(directory, options)),

  /** The store under H2. */
  MVSTORE(
      "256 MB cache, background commit: the death of the process takes about a second's puts",
      nativeFlags(),
      (directory, options) -> new MvStore(directory, options)),

  /** MapDB's B-tree. */
  MAPDB(
      "mapped file, no transactions: the death of the process may destroy the file",
      nativeFlags(),
      (directory, options) -> new MapDbStore(directory, options)),

  /** The Java port of LevelDB. */
  IQ80(
      "512 MB cache, 64 MB buffer; a put survives the death of the process",
      nativeFlags(),
      (directory, options) -> new Iq80Store(directory, options)),

  /** JetBrains' store. */
  XODUS(
      "defaults, one transaction a put; the death of the process takes what is buffered",
      nativeFlags(),
      (directory, options) -> new XodusStore(directory, options));

  private final String settings;
  private final List<String> jvmFlags;
  private final Opener opener;

  Engine(String settings, List<String> jvmFlags, Opener opener) {
    this.settings = settings;
    this.jvmFlags = jvmFlags;
    this.opener = opener;
  }

  /** Opens or creates a store. */
  @FunctionalInterface
  private interface Opener {
    Store open(Path directory, StoreOptions options);
  }

  private static List<String> nativeFlags(String... more) {
    List<String> flags =
        new ArrayList<>(
            List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    flags.addAll(List.of(more));
    return List.copyOf(flags);
  }

  /**
   * Opens or creates a store.
   *
   * @param directory an existing directory that belongs to the store alone
   * @param options what the workload asks for
   * @return the open store
   */
  public Store open(Path directory, StoreOptions options) {
    return opener.open(directory, options);
  }

  /** Returns the options of the JVM that the engine needs, or is held to. */
  public List<String> jvmFlags() {
    return jvmFlags;
  }

  /** Returns how the engine is set up, and what a put that returned can outlive. */
  public String settings() {
    return settings;
  }

  /**
   * Finds an engine by the name that {@link #toString} gives it.
   *
   * @param name the name
   * @return the engine
   * @throws IllegalArgumentException for an unknown name, with the known ones
   */
  public static Engine of(String name) {
    for (Engine engine : values()) {
      if (engine.toString().equals(name)) {
        return engine;
      }
    }
    throw new IllegalArgumentException(
        "no engine is called '"
            + name
            + "': "
            + Arrays.stream(values()).map(Engine::toString).collect(Collectors.joining(", ")));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

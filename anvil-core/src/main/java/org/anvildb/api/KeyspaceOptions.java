package org.anvildb.api;

import java.util.Locale;
import java.util.Objects;

/**
 * How one keyspace stores its entries; fixed when it is created, and stored with it.
 *
 * @param codec the name of the {@link Codec} that compresses blocks: {@link #NONE} (default: blocks
 *     are read in place through the page cache), {@link #LZ4}, {@link #DEFLATE}, or one that a
 *     service provides
 * @param filterPolicy what tables carry to find single keys, default {@link
 *     FilterPolicy#POINT_INDEX}
 * @param blockBytes the size at which a block of a table is closed, 64 B to 1 MiB, default 8 KiB:
 *     larger blocks compress better, smaller ones are searched faster
 * @param levelRatio how many times larger each level is than the one above it, 2 to 100, default
 *     10: a smaller ratio means less space and more rewriting for scattered writes
 */
public record KeyspaceOptions(
    String codec, FilterPolicy filterPolicy, int blockBytes, int levelRatio) {
  /** The name of the codec that leaves blocks as they are. */
  public static final String NONE = "NONE";

  /** The name of the codec that is quick. */
  public static final String LZ4 = "LZ4";

  /** The name of the codec of the JDK's {@link java.util.zip.Deflater}: smaller and slower. */
  public static final String DEFLATE = "DEFLATE";

  private static final KeyspaceOptions DEFAULTS =
      new KeyspaceOptions(NONE, FilterPolicy.POINT_INDEX, 8 << 10, 10);

  /** Checks the limits. */
  public KeyspaceOptions {
    codec = codec.toUpperCase(Locale.ROOT);
    Checks.inRange("blockBytes", blockBytes, 64, 1 << 20);
    Checks.inRange("levelRatio", levelRatio, 2, 100);
    if (codec.isEmpty() || codec.length() > 32) {
      throw new IllegalArgumentException("a codec's name has 1 to 32 characters");
    }
    Objects.requireNonNull(filterPolicy, "filterPolicy");
  }

  /**
   * Returns the defaults.
   *
   * @return options that suit most uses
   */
  public static KeyspaceOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Changes the codec. Compressed tables are smallest with {@link FilterPolicy#BLOOM}, and gets are
   * as fast then.
   *
   * @param name the name of a codec
   * @return a copy with that codec
   */
  public KeyspaceOptions withCodec(String name) {
    return new KeyspaceOptions(name, filterPolicy, blockBytes, levelRatio);
  }

  /**
   * Changes the filter policy.
   *
   * @param policy the policy
   * @return a copy with that policy
   */
  public KeyspaceOptions withFilterPolicy(FilterPolicy policy) {
    return new KeyspaceOptions(codec, policy, blockBytes, levelRatio);
  }

  /**
   * Changes the block size.
   *
   * @param bytes 64 B to 1 MiB
   * @return a copy with that block size
   */
  public KeyspaceOptions withBlockBytes(int bytes) {
    return new KeyspaceOptions(codec, filterPolicy, bytes, levelRatio);
  }

  /**
   * Changes the level ratio.
   *
   * @param ratio 2 to 100
   * @return a copy with that ratio
   */
  public KeyspaceOptions withLevelRatio(int ratio) {
    return new KeyspaceOptions(codec, filterPolicy, blockBytes, ratio);
  }
}

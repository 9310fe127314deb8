package org.anvildb.api;

/** The sizes that keys, values and batches must keep to. */
public final class Limits {
  /** The longest key, in bytes. The empty key is allowed and is the first of all. */
  public static final int MAX_KEY_BYTES = 65_535;

  /** The longest value, in bytes (1 GiB). */
  public static final int MAX_VALUE_BYTES = 1 << 30;

  /** The largest batch, in encoded bytes: keys, values and 12 to 19 bytes for each operation. */
  public static final int MAX_BATCH_BYTES = (1 << 30) + (1 << 20);

  /** The longest name of a keyspace, in UTF-8 bytes. */
  public static final int MAX_KEYSPACE_NAME_BYTES = 255;

  private Limits() {}
}

package org.anvildb.storage;

import org.jspecify.annotations.Nullable;

/**
 * The directories that are open in this JVM, whichever class loader opened them. Thread-safe.
 *
 * <p>It must be asked before anything opens a lock file: closing any descriptor of a locked file
 * drops the process's POSIX lock, so even a refused second attempt could free the directory for
 * other processes. A static map would be one per class loader; the system properties are the one
 * map that all loaders share, so that is where the entries live.
 */
final class HeldDirectories {
  private static final String PREFIX = "org.anvildb.open.";

  private HeldDirectories() {}

  /**
   * Returns the key of a directory, made ahead so that leaving it takes no memory.
   *
   * @param identity what identifies it, the same through every path that leads to it
   */
  static String key(String identity) {
    return PREFIX + identity;
  }

  /**
   * Enters a directory.
   *
   * @param holder who enters, in words
   * @return null if it is entered now, else who has it
   */
  static @Nullable String enter(String key, String holder) {
    return (String) System.getProperties().putIfAbsent(key, holder);
  }

  static void leave(String key) {
    System.getProperties().remove(key);
  }
}

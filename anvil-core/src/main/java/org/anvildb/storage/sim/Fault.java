package org.anvildb.storage.sim;

/** What goes wrong with an operation of a {@link FaultyStorage}. */
public sealed interface Fault {
  /** The operation has no effect and fails with an I/O error (EIO). */
  record IoFailure() implements Fault {}

  /** The operation has no effect and fails since the disk is full (ENOSPC). */
  record NoSpace() implements Fault {}

  /**
   * An append writes only half of its bytes, then fails since the disk is full. Any other operation
   * fails as with {@link NoSpace}.
   */
  record ShortWrite() implements Fault {}

  /**
   * A read returns only half of the bytes, as from a file that ends too early. Any other operation
   * fails as with {@link IoFailure}.
   */
  record ShortRead() implements Fault {}

  /** The operation has no effect and fails since no file descriptor is left (EMFILE). */
  record TooManyOpenFiles() implements Fault {}

  /**
   * A read or a mapping for reading shows one flipped bit. The file itself is not changed.
   *
   * @param seed decides which bit
   */
  record BitFlip(long seed) implements Fault {}
}

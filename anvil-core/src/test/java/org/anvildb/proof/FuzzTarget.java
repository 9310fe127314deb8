package org.anvildb.proof;

import java.util.List;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FormatException;

/**
 * A parser of bytes from disk under test. Whatever the input, it ends with an answer or with a
 * {@link CorruptionException} or {@link FormatException}, in bounded memory and time. Not
 * thread-safe.
 */
interface FuzzTarget {
  /** A part of an input that is worth changing: from an offset, inclusive, to another. */
  record Window(int from, int to) {}

  /** Returns its name. */
  String name();

  /** Returns sound inputs, from which others are made. */
  List<byte[]> corpus();

  /** Returns which part of an input is to be changed. */
  default Window window(byte[] input) {
    return new Window(0, input.length);
  }

  /** Makes the checksums of a changed input right, so that what is behind them is reached. */
  default void seal(byte[] input) {}

  /**
   * Parses an input.
   *
   * @return what came of it, in words without numbers: inputs with new words are worth keeping
   * @throws RuntimeException if it is of a kind that no parser may throw
   */
  String parse(byte[] input);

  /** Returns how many bytes parsing may allocate. */
  default long mostBytes(byte[] input) {
    return (8 << 20) + 8L * input.length;
  }

  /** Does a part of the parsing, which may end with an exception of the right kind. */
  static String told(Runnable step) {
    try {
      step.run();
      return "sound";
    } catch (CorruptionException | FormatException e) {
      return words(e);
    }
  }

  /** Returns the words of a message: no numbers, no sums. */
  static String words(AnvilException e) {
    return String.valueOf(e.getMessage()).replaceAll("[0-9a-f]*[0-9][0-9a-f]*", "#");
  }
}

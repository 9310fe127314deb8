package org.anvildb.cli.text;

/** Text is not what its encoding allows. The message names the rule and never the text. */
public final class EncodingException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** The index of the offending byte in the text. */
  private final int index;

  EncodingException(int index, String problem) {
    super(problem);
    this.index = index;
  }

  /** Returns the index of the offending byte in the text. */
  public int index() {
    return index;
  }
}

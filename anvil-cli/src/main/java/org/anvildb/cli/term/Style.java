package org.anvildb.cli.term;

/**
 * Colours, or none: a style that is off returns every text as it is.
 *
 * @param on whether to colour
 */
public record Style(boolean on) {
  /** Important words. */
  public String bold(String text) {
    return wrap("1", text);
  }

  /** Words that matter less. */
  public String dim(String text) {
    return wrap("2", text);
  }

  /** What is well. */
  public String good(String text) {
    return wrap("32", text);
  }

  /** What is wrong. */
  public String bad(String text) {
    return wrap("1;31", text);
  }

  /** Bars and other things to look at. */
  public String accent(String text) {
    return wrap("36", text);
  }

  private String wrap(String code, String text) {
    return on && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}

package org.anvildb.bench.check;

/**
 * One line of the table of what is asked, judged.
 *
 * @param subject what was measured
 * @param asked the bound, in words
 * @param found the figure, in words
 * @param isMet whether it keeps to the bound; what was not measured does not
 */
record Verdict(String subject, String asked, String found, boolean isMet) {
  static Verdict notMeasured(String subject, String asked) {
    return new Verdict(subject, asked, "not measured", false);
  }

  @Override
  public String toString() {
    return String.format(
        "%-5s  %-26s  asked %-32s  found %s", isMet ? "met" : "SHORT", subject, asked, found);
  }
}

package org.anvildb.cli;

import org.anvildb.cli.text.Encoding;
import picocli.CommandLine.Option;

/** How keys and values are written on the command line and in the output. */
final class EncodingOption {
  /** How keys are written. */
  static final class Keys {
    @Option(
        names = "--key-encoding",
        paramLabel = "ENCODING",
        description =
            "Keys as ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}; text escapes"
                + " what can't be shown: \\n \\t \\xHH \\\\).")
    private Encoding encoding = Encoding.TEXT;

    Encoding encoding() {
      return encoding;
    }
  }

  /** How values are written. */
  static final class Values {
    @Option(
        names = "--value-encoding",
        paramLabel = "ENCODING",
        description = "Values as ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Encoding encoding = Encoding.TEXT;

    Encoding encoding() {
      return encoding;
    }
  }

  private EncodingOption() {}
}

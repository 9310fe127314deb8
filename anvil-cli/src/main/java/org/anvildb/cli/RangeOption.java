package org.anvildb.cli;

import org.anvildb.api.KeyRange;
import org.anvildb.cli.text.Encoding;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which keys a command visits. */
final class RangeOption {
  @Option(names = "--from", paramLabel = "KEY", description = "The first key (inclusive).")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "KEY", description = "The key that ends it (exclusive).")
  private @Nullable String to;

  @Option(
      names = {"-p", "--prefix"},
      paramLabel = "KEY",
      description = "Only keys that start with this.")
  private @Nullable String prefix;

  boolean isGiven() {
    return from != null || to != null || prefix != null;
  }

  KeyRange range(Encoding encoding) {
    if (prefix != null) {
      if (from != null || to != null) {
        throw new IllegalArgumentException("--prefix excludes --from and --to");
      }
      return KeyRange.prefix(encoding.decode(prefix));
    }
    byte[] first = from == null ? new byte[0] : encoding.decode(from);
    return to == null ? KeyRange.atLeast(first) : KeyRange.between(first, encoding.decode(to));
  }
}

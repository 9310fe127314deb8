package org.anvildb.storage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a directory, as the holder wrote it into the lock file. For messages only: the
 * operating system's lock decides, not this text, and another process may have left it behind.
 *
 * @param pid the process
 * @param host the machine
 * @param since when the lock was taken
 */
record LockHolder(long pid, String host, Instant since) {
  /** More than any text of ours; nothing is read beyond. */
  static final int MAX_BYTES = 512;

  /** The text: see {@code docs/format/directory.md}. Strict, so that no message shows junk. */
  private static final Pattern TEXT =
      Pattern.compile(
          "anvildb lock\npid ([0-9]{1,18})\nhost ([A-Za-z0-9._-]{1,255})\n"
              + "since ([0-9-]{10}T[0-9:]{8}Z)\n");

  /** Where Linux tells the machine's name. */
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

  private static final String UNKNOWN = "unknown";
  private static final Pattern NOT_IN_HOST = Pattern.compile("[^A-Za-z0-9._-]");

  /** Describes this process, now. */
  static LockHolder here() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    return new LockHolder(ProcessHandle.current().pid(), hostName(KERNEL), now);
  }

  byte[] toBytes() {
    return ("anvildb lock\npid " + pid + "\nhost " + host + "\nsince " + since + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Reads a lock file's bytes; null if they are not what a holder writes. */
  static @Nullable LockHolder parse(byte[] bytes) {
    Matcher text = TEXT.matcher(new String(bytes, StandardCharsets.UTF_8));
    if (!text.matches()) {
      return null;
    }
    try {
      return new LockHolder(
          Long.parseLong(text.group(1)), text.group(2), Instant.parse(text.group(3)));
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return "pid " + pid + " on host " + host + " since " + since;
  }

  /** Returns this machine's name, without asking a name server where the kernel tells. */
  static String hostName(Path kernel) {
    String name;
    try {
      name = Files.readString(kernel).strip();
    } catch (NoSuchFileException e) {
      name = System.getenv().getOrDefault("COMPUTERNAME", "");
    } catch (IOException e) {
      // There may be no descriptor left. Whoever then asks the JDK for a name breaks the class that
      // would answer, for the whole process and for good.
      name = UNKNOWN;
    }
    if (name.isEmpty()) {
      try {
        name = InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException | InternalError | LinkageError e) {
        name = UNKNOWN;
      }
    }
    String clean = NOT_IN_HOST.matcher(name).replaceAll("-");
    return clean.substring(0, Math.min(clean.length(), 255));
  }
}

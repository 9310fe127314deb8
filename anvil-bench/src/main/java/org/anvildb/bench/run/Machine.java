package org.anvildb.bench.run;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Describes the run and the machine for the report. */
final class Machine {
  private static final double BYTES_PER_GB = 1e9;
  private static final double BYTES_PER_MB = 1e6;

  private Machine() {}

  static List<String> facts(BenchOptions options) {
    return List.of(
        String.format(
            Locale.ROOT,
            "%,d entries of %d-byte %s keys and %d-byte values (%.0f MB, half compressible), %s",
            options.entries(),
            options.keyBytes(),
            options.keyShape(),
            options.valueBytes(),
            options.rawBytes() / BYTES_PER_MB,
            options.lz4() ? "LZ4 where the engine has it" : "no compression"),
        String.format(
            Locale.ROOT,
            "%s, %d processors, %.0f GB memory, %s, %s, JDK %s, heap %s, %s",
            processor(),
            Runtime.getRuntime().availableProcessors(),
            memoryBytes() / BYTES_PER_GB,
            System.getProperty("os.name") + " " + System.getProperty("os.version"),
            System.getProperty("os.arch"),
            System.getProperty("java.version"),
            options.heap(),
            fileStore(options.directory())),
        "durability: a put returns when the engine would keep it through the death of the process;"
            + " in fillsync and fillsync4 when it is on disk; exceptions are named below");
  }

  private static String processor() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      return "unknown processor"; // Not Linux.
    }
    return "unknown processor";
  }

  private static long memoryBytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }

  private static String fileStore(Path directory) {
    try {
      return Files.getFileStore(directory).type();
    } catch (IOException e) {
      return "unknown file system";
    }
  }
}

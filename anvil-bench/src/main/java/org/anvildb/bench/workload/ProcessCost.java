package org.anvildb.bench.workload;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What this process has used up so far; figures that the system does not tell are -1.
 *
 * @param cpuSeconds processor time of all threads
 * @param peakRssMb the most memory that was resident at a time, pages of mapped files included
 * @param writtenMb what went towards the disk
 * @param gcCount how many collections there were
 * @param gcMillis how long they took
 */
record ProcessCost(
    double cpuSeconds, double peakRssMb, double writtenMb, long gcCount, long gcMillis) {
  private static final double KIB_PER_MB = 1e6 / 1024;
  private static final double BYTES_PER_MB = 1e6;

  static ProcessCost now() {
    long gcCount = 0;
    long gcMillis = 0;
    for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      gcCount += Math.max(0, bean.getCollectionCount());
      gcMillis += Math.max(0, bean.getCollectionTime());
    }
    long rssKib = procFigure("/proc/self/status", "VmHWM:");
    long written = procFigure("/proc/self/io", "write_bytes:");
    return new ProcessCost(
        processCpuSeconds(),
        rssKib < 0 ? -1 : rssKib / KIB_PER_MB,
        written < 0 ? -1 : written / BYTES_PER_MB,
        gcCount,
        gcMillis);
  }

  /** Lets the peak of the resident memory start anew, where the system allows that. */
  static void resetPeak() {
    try {
      Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    } catch (IOException e) {
      // Not Linux, or not allowed: the peak then counts from the start of the process.
    }
  }

  /** Returns what was used up since an earlier moment; the peak stays a peak. */
  ProcessCost since(ProcessCost earlier) {
    return new ProcessCost(
        cpuSeconds - earlier.cpuSeconds,
        peakRssMb,
        writtenMb < 0 ? -1 : writtenMb - earlier.writtenMb,
        gcCount - earlier.gcCount,
        gcMillis - earlier.gcMillis);
  }

  private static double processCpuSeconds() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getProcessCpuTime() / (double) TimeUnit.SECONDS.toNanos(1)
        : -1;
  }

  private static long procFigure(String file, String name) {
    try {
      for (String line : Files.readAllLines(Path.of(file))) {
        if (line.startsWith(name)) {
          return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
        }
      }
    } catch (IOException e) {
      return -1; // Not Linux, or not allowed.
    }
    return -1;
  }
}

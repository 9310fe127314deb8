package org.anvildb.bench.workload;

import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The processor time that the JVM's compilers have taken so far. Not thread-safe.
 *
 * <p>On Linux it is that of their threads, which come and go, so the last figure of each is kept.
 * Elsewhere it is what the JVM adds up, and that is told late: a method counts once it is compiled.
 * On processors that are busy otherwise one may take seconds, in which the compilers then seem to
 * rest. (Seen: a workload was taken for warm while they used half a processor.)
 */
final class CompilerTime {
  private static final Path THREADS = Path.of("/proc/self/task");

  private final @Nullable CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
  private final Map<Path, Long> nanosOfThreads = new HashMap<>();

  /** Returns the time in nanoseconds, from any start. */
  long nanos() {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
      for (Path thread : threads) {
        note(thread);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Not Linux, or not allowed.
    }
    long nanos = nanosOfThreads.values().stream().mapToLong(Long::longValue).sum();
    return nanos == 0 ? told() : nanos;
  }

  private void note(Path thread) {
    try {
      String name = Files.readString(thread.resolve("comm"));
      if (name.startsWith("C1 Compiler") || name.startsWith("C2 Compiler")) {
        String onProcessor = Files.readString(thread.resolve("schedstat")).split(" ", 2)[0];
        nanosOfThreads.merge(thread, Long.parseLong(onProcessor), Math::max);
      }
    } catch (IOException e) {
      // The thread ended meanwhile.
    }
  }

  private long told() {
    return compilers == null || !compilers.isCompilationTimeMonitoringSupported()
        ? 0
        : TimeUnit.MILLISECONDS.toNanos(compilers.getTotalCompilationTime());
  }
}

package org.anvildb.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.anvildb.api.AnvilException;

/** Another process that takes a directory's lock and holds it until its input ends. */
final class LockChild implements AutoCloseable {
  private final Process process;

  private LockChild(Process process) {
    this.process = process;
  }

  /** Starts a process that tries to take the lock, read-only or not. */
  static LockChild start(Path directory, boolean readOnly) throws IOException {
    String classPath =
        String.join(
            System.getProperty("path.separator"),
            List.of(home(LocalStorage.class), home(LockChild.class)));
    List<String> command =
        Stream.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                classPath,
                LockChild.class.getName(),
                directory.toString(),
                String.valueOf(readOnly))
            .toList();
    return new LockChild(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  private static String home(Class<?> type) {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
  }

  /** Waits for what the process has to say: "locked", or the message of its failure. */
  String answer() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = process.getInputStream().read(); c >= 0 && c != '\n'; ) {
      line.append((char) c);
      c = process.getInputStream().read();
    }
    return line.toString();
  }

  long pid() {
    return process.pid();
  }

  /** Kills the process, as a crash would. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
  }

  /** Asks a fresh process whether the lock can be had. */
  static String ask(Path directory, boolean readOnly) throws IOException {
    try (LockChild child = start(directory, readOnly)) {
      return child.answer();
    }
  }

  public static void main(String[] args) throws IOException {
    String answer;
    try {
      LocalStorage.open(Path.of(args[0]), false, Boolean.parseBoolean(args[1]))
          .lock(Duration.ZERO)
          .ensureValid();
      answer = "locked";
    } catch (AnvilException e) {
      answer = e.getMessage();
    }
    System.out.write((answer + "\n").getBytes(StandardCharsets.UTF_8));
    System.out.flush();
    while (System.in.read() >= 0) {
      // Holds the lock until the parent closes the pipe.
    }
  }
}

package org.anvildb.proof;

import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jpountz.lz4.LZ4Factory;
import org.anvildb.Anvil;

/** How tests start a JVM of their own: with this one's class path. */
final class ChildJvm {
  private ChildJvm() {}

  /** Returns the command that runs a class; its arguments go behind. Options win over ours. */
  static List<String> command(Class<?> main, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-Xshare:auto");
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(classPath());
    command.add(main.getName());
    return command;
  }

  /** Returns where the engine, its tests and its codec come from, however this JVM was started. */
  static String classPath() {
    return Stream.of(Anvil.class, ChildJvm.class, LZ4Factory.class)
        .map(ChildJvm::folder)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Returns the folder that a class was loaded from, or the archive. */
  static String folder(Class<?> type) {
    return Path.of(uri(type)).toString();
  }

  private static URI uri(Class<?> type) {
    try {
      return type.getProtectionDomain().getCodeSource().getLocation().toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}

package org.anvildb.bench.run;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anvildb.bench.engine.Engine;
import org.jspecify.annotations.Nullable;

/**
 * The class path of a process that runs an engine.
 *
 * <p>AnvilDB's processes get it and the bench alone; those of the peers get everything. Where the
 * peers are not on our own class path, as in the command line's, they are looked up in the list
 * that the build of this module leaves behind ({@code anvil-bench/target/classpath.txt}).
 * Immutable.
 */
final class ClassPath {
  private static final String LIST = "anvil-bench/target/classpath.txt";
  private static final List<String> OWN_JARS = List.of("anvil", "HdrHistogram", "lz4-java");
  private static final String A_PEER = "rocksdbjni";

  private final List<String> entries;

  private ClassPath(List<String> entries) {
    this.entries = entries;
  }

  static ClassPath find() throws IOException {
    Set<String> entries = new LinkedHashSet<>(split(System.getProperty("java.class.path")));
    if (entries.stream().noneMatch(entry -> fileName(entry).startsWith(A_PEER))) {
      Path list = findList();
      if (list != null) {
        entries.addAll(split(Files.readString(list).strip()));
      }
    }
    return new ClassPath(List.copyOf(entries));
  }

  /** Joins what a process of an engine needs. */
  String of(Engine engine) {
    List<String> needed = new ArrayList<>();
    for (String entry : entries) {
      if (engine != Engine.ANVIL || isOwn(entry)) {
        needed.add(entry);
      }
    }
    return String.join(File.pathSeparator, needed);
  }

  /** Returns the version of an engine, taken from the name of its jar. */
  Optional<String> version(Engine engine) {
    Pattern jar = Pattern.compile(jarName(engine) + "-(\\d.*)\\.jar");
    return entries.stream()
        .map(ClassPath::fileName)
        .map(jar::matcher)
        .filter(Matcher::matches)
        .map(matcher -> matcher.group(1))
        .findFirst();
  }

  /** Tells whether an engine is there to be run. */
  boolean has(Engine engine) {
    return engine == Engine.ANVIL || version(engine).isPresent();
  }

  private static String jarName(Engine engine) {
    return switch (engine) {
      case ANVIL -> "anvil-core";
      case ROCKSDB, ROCKSDB_TUNED -> "rocksdbjni";
      case LMDB -> "lmdbjava";
      case MVSTORE -> "h2-mvstore";
      case MAPDB -> "mapdb";
      case IQ80 -> "leveldb";
      case XODUS -> "xodus-environment";
    };
  }

  private static boolean isOwn(String entry) {
    return Files.isDirectory(Path.of(entry))
        || OWN_JARS.stream().anyMatch(fileName(entry)::startsWith);
  }

  private static List<String> split(String classPath) {
    return List.of(classPath.split(Pattern.quote(File.pathSeparator)));
  }

  private static String fileName(String entry) {
    Path name = Path.of(entry).getFileName();
    return name == null ? "" : name.toString();
  }

  /** Looks for the build's list in the folders above the place that our classes come from. */
  private static @Nullable Path findList() {
    try {
      var source = ClassPath.class.getProtectionDomain().getCodeSource();
      if (source == null) {
        return null;
      }
      Path folder = Path.of(source.getLocation().toURI()).getParent();
      for (; folder != null; folder = folder.getParent()) {
        Path list = folder.resolve(LIST);
        if (Files.exists(list)) {
          return list;
        }
      }
      return null;
    } catch (URISyntaxException e) {
      return null;
    }
  }
}

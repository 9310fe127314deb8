package org.anvildb.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;

/** What tests do to the files of a database behind its back. */
final class MisuseDirectories {
  private static final int MOST_COPIES = 1000;

  private MisuseDirectories() {}

  /**
   * Copies all files but the lock: what a killed process would leave at this moment, if nobody
   * writes. Where files came, went or grew meanwhile, or a log segment is being made, the copy is
   * made again.
   */
  static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (int i = 0; i < MOST_COPIES; i++) {
      TreeMap<String, String> before = state(from);
      if (copyFiles(from, to) && isWhole(before) && state(from).equals(before)) {
        return to;
      }
      for (Path file : files(to)) {
        Files.delete(file);
      }
    }
    throw new IOException(from + " never stands still");
  }

  /** Tells whether no log segment is on the way to its first page. */
  private static boolean isWhole(TreeMap<String, String> state) {
    return state.entrySet().stream()
        .noneMatch(file -> file.getKey().endsWith(".wal") && file.getValue().startsWith("0 at "));
  }

  /** Copies what is there; returns false if a file went meanwhile. */
  private static boolean copyFiles(Path from, Path to) throws IOException {
    for (Path file : files(from)) {
      if (!file.getFileName().toString().equals("LOCK")) {
        try {
          Files.copy(file, to.resolve(file.getFileName()));
        } catch (NoSuchFileException e) {
          return false;
        }
      }
    }
    return true;
  }

  /** Returns the size and the time of the last change of each file, by name. */
  private static TreeMap<String, String> state(Path directory) throws IOException {
    TreeMap<String, String> state = new TreeMap<>();
    for (Path file : files(directory)) {
      try {
        String change = Files.size(file) + " at " + Files.getLastModifiedTime(file);
        state.put(file.getFileName().toString(), change);
      } catch (NoSuchFileException e) {
        state.put(file.getFileName().toString(), "gone");
      }
    }
    return state;
  }

  /** Returns a digest of each file, by name. */
  static TreeMap<String, String> digests(Path directory) throws IOException {
    TreeMap<String, String> digests = new TreeMap<>();
    for (Path file : files(directory)) {
      digests.put(file.getFileName().toString(), digest(Files.readAllBytes(file)));
    }
    return digests;
  }

  /** Returns the files whose names end with a text, in the order of their names. */
  static List<Path> named(Path directory, String ending) throws IOException {
    return files(directory).stream().filter(f -> f.toString().endsWith(ending)).toList();
  }

  static Path manifest(Path directory) throws IOException {
    return files(directory).stream()
        .filter(f -> f.getFileName().toString().startsWith("MANIFEST-"))
        .findFirst()
        .orElseThrow();
  }

  static void flipBit(Path file, int offset) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[offset] ^= 1;
    Files.write(file, bytes);
  }

  /** Raises the number of the format in the 48-byte head of CURRENT or of a manifest. */
  static void raiseFormat(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Bytes.putInt(bytes, 8, 7);
    Bytes.putInt(bytes, 44, Checksum.of(bytes, 0, 44));
    Files.write(file, bytes);
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

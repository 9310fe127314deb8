package org.anvildb.bench.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What is done with whole directories: copying, deleting, counting bytes. */
final class Directories {
  private static final int CHUNK_BYTES = 1 << 16;
  private static final long KIB = 1024;

  private Directories() {}

  /**
   * Copies a directory and waits until the copy is on disk, so that nobody's measurement pays for
   * writing it.
   *
   * @param isSparse whether stretches of zeros become holes, as they are in the source
   */
  static void copy(Path source, Path target, boolean isSparse) throws IOException {
    Files.createDirectories(target);
    for (Path from : tree(source)) {
      Path to = target.resolve(source.relativize(from).toString());
      if (Files.isDirectory(from)) {
        Files.createDirectories(to);
      } else {
        copyFile(from, to, isSparse);
      }
    }
  }

  private static void copyFile(Path source, Path target, boolean isSparse) throws IOException {
    try (FileChannel in = FileChannel.open(source, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(
                target,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
      if (isSparse) {
        copyWithHoles(in, out);
      } else {
        long size = in.size();
        for (long at = 0; at < size; ) {
          at += in.transferTo(at, size - at, out);
        }
      }
      out.force(true);
    }
  }

  private static void copyWithHoles(FileChannel in, FileChannel out) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK_BYTES);
    long size = in.size();
    for (long at = 0; at < size; ) {
      chunk.clear();
      int length = in.read(chunk, at);
      chunk.flip();
      boolean isLast = at + length == size;
      if (isLast || chunk.mismatch(zeros.duplicate().limit(length)) >= 0) {
        for (long to = at; chunk.hasRemaining(); ) {
          to += out.write(chunk, to);
        }
      }
      at += length;
    }
  }

  /** Waits until all files of a directory are on disk. */
  static void sync(Path directory) throws IOException {
    for (Path file : tree(directory)) {
      if (Files.isRegularFile(file)) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
  }

  static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      for (Path path : tree(directory).reversed()) {
        Files.delete(path);
      }
    }
  }

  /**
   * Counts the bytes that a directory takes on disk: holes do not count, where the system has a
   * {@code du} that can tell.
   */
  static long allocatedBytes(Path directory) throws IOException {
    try {
      Process du =
          new ProcessBuilder("du", "-sk", directory.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      du.waitFor();
      int tab = answer.indexOf('\t');
      if (tab > 0) {
        return KIB * Long.parseLong(answer.substring(0, tab).strip());
      }
    } catch (IOException e) {
      // There is no du: the sizes must do.
    } catch (InterruptedException e) {
      throw new IOException("interrupted while counting bytes", e);
    }
    long sum = 0;
    for (Path file : tree(directory)) {
      sum += Files.isRegularFile(file) ? Files.size(file) : 0;
    }
    return sum;
  }

  /** Lists a directory and all below it, parents first. */
  private static List<Path> tree(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.sorted(Comparator.naturalOrder()).toList();
    }
  }
}

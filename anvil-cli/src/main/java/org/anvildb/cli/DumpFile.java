package org.anvildb.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is there as a whole, or not at all: it is written beside its place, as {@code
 * name.incomplete}, and gets its name when all of it is on disk. Not thread-safe.
 *
 * <p>What is there and no regular file, a pipe or a device, is written to as it is.
 */
final class DumpFile implements AutoCloseable {
  private static final String SUFFIX = ".incomplete";
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path target;
  private final Path written;
  private final boolean replace;
  private final FileChannel channel;
  private final OutputStream out;
  private boolean published;

  private DumpFile(Path target, Path written, boolean replace, StandardOpenOption... how)
      throws IOException {
    this.target = target;
    this.written = written;
    this.replace = replace;
    channel = FileChannel.open(written, how);
    out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
  }

  /**
   * Begins a file.
   *
   * @param file where it will be
   * @param replace whether one that is there is replaced, in the end
   * @throws IOException if there is one that is not to be replaced, or the system refuses
   */
  static DumpFile begin(Path file, boolean replace) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && Files.notExists(folder)) {
      throw new IOException(
          file + ": " + folder + " does not exist; create it first, or check the path");
    }
    boolean exists = Files.exists(file);
    if (exists && !Files.isRegularFile(file)) {
      return new DumpFile(file, file, true, StandardOpenOption.WRITE);
    }
    if (exists && !replace) {
      throw taken(file);
    }
    // Where a link leads is replaced, not the link.
    Path target = exists ? file.toRealPath() : file;
    Path draft = target.resolveSibling(target.getFileName() + SUFFIX);
    if (replace) {
      return new DumpFile(
          target,
          draft,
          true,
          StandardOpenOption.WRITE,
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING);
    }
    try {
      return new DumpFile(
          target, draft, false, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          draft
              + " is in the way: another dump is writing it, or was killed; delete it, or replace"
              + " it with --force",
          e);
    }
  }

  private static IOException taken(Path file) {
    return new IOException(file + " exists; name another file, or replace it with --force");
  }

  /** Returns what the content is written to; not to be closed. */
  OutputStream out() {
    return out;
  }

  /**
   * Gives the file its name.
   *
   * @throws IOException if the system refuses, or one of that name came into being meanwhile
   */
  void publish() throws IOException {
    out.flush();
    if (!written.equals(target)) {
      channel.force(true);
      channel.close();
      move();
    }
    published = true;
  }

  private void move() throws IOException {
    if (replace) {
      Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    try {
      Files.move(written, target);
    } catch (FileAlreadyExistsException e) {
      throw taken(target);
    }
  }

  /** Lets go of the file, and deletes what is not whole. */
  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      if (!published && !written.equals(target)) {
        Files.deleteIfExists(written);
      }
    }
  }
}

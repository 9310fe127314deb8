package org.anvildb.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file in aligned slices of {@value #SLICE_BYTES} bytes, each with one call. Not
 * thread-safe.
 *
 * <p>Why so large: the page cache of Linux keeps what one call wrote to an aligned range in one
 * piece, where the file system can (ext4 since 6.16, XFS), and a piece of this size is mapped by
 * one entry of the page table. Random reads of a mapped table then hardly miss the TLB. Seen: all
 * of a 231 MB store mapped so, where writes of 64 KiB gave none.
 *
 * <p>An interrupt closes a {@link FileChannel} in the middle of a write. Since every slice has its
 * place, the file is opened again and the slice written again; nobody syncs through this channel,
 * so no failure of a sync can be hidden that way.
 */
final class SliceWriter implements AutoCloseable {
  static final int SLICE_BYTES = 2 << 20;

  /** Buffers at rest, of all storages: few, as an application may have hundreds of small ones. */
  private static final ArrayBlockingQueue<ByteBuffer> IDLE = new ArrayBlockingQueue<>(2);

  private final Path path;
  private @Nullable FileChannel channel;
  private @Nullable ByteBuffer buffer;

  /** Where in the file the buffer starts. */
  private long position;

  /** Makes a writer of a file that exists and is empty. */
  SliceWriter(Path path) {
    this.path = path;
  }

  /** Tells whether anything was written this way. */
  boolean isUsed() {
    return buffer != null;
  }

  void append(byte[] source, int offset, int length) throws IOException {
    ByteBuffer target = buffer == null ? take() : buffer;
    int at = offset;
    int left = length;
    while (left > 0) {
      int n = Math.min(left, target.remaining());
      target.put(source, at, n);
      at += n;
      left -= n;
      if (!target.hasRemaining()) {
        flush();
      }
    }
  }

  /** Hands what is gathered to the system. */
  void flush() throws IOException {
    ByteBuffer full = buffer;
    if (full == null || full.position() == 0) {
      return;
    }
    int length = full.position();
    boolean interrupted = Thread.interrupted();
    try {
      full.flip();
      while (full.hasRemaining()) {
        try {
          open().write(full, position + full.position());
        } catch (ClosedByInterruptException e) {
          channel = null;
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    full.clear();
    position += length;
  }

  /** Lets go of the buffer and the channel; what was not flushed is dropped. */
  @Override
  public void close() throws IOException {
    ByteBuffer used = buffer;
    buffer = null;
    if (used != null) {
      IDLE.offer(used.clear());
    }
    if (channel != null) {
      channel.close();
    }
  }

  private ByteBuffer take() {
    ByteBuffer idle = IDLE.poll();
    ByteBuffer taken = idle == null ? ByteBuffer.allocateDirect(SLICE_BYTES) : idle;
    buffer = taken;
    return taken;
  }

  private FileChannel open() throws IOException {
    FileChannel opened = channel;
    if (opened == null) {
      opened = FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      channel = opened;
    }
    return opened;
  }
}

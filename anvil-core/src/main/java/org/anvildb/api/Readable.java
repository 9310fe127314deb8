package org.anvildb.api;

import java.lang.foreign.MemorySegment;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The read side of an ordered map from byte strings to byte strings, shared by keyspaces and
 * snapshots.
 *
 * <p>Keys are 0 to {@value Limits#MAX_KEY_BYTES} bytes and are ordered as unsigned bytes, a prefix
 * before its extensions. All methods are safe for any number of threads, platform or virtual, and
 * an interrupt of the calling thread neither disturbs them nor is swallowed.
 *
 * <p>All methods throw {@link ClosedException} after the database was closed, {@link
 * CorruptionException} when the bytes that they need fail their checksum, which is looked at when a
 * process reads a page of a table for the first time, and {@link StorageException} when the file
 * system fails; none returns a value that was not written. A null key is a {@link
 * NullPointerException}, a key over its limit an {@link IllegalArgumentException}.
 */
public interface Readable {
  /**
   * Returns a copy of the value of a key, or null if the key is absent.
   *
   * @param key the key; not kept
   * @return the value, owned by the caller, or null
   */
  byte @Nullable [] get(byte[] key);

  /**
   * Copies the value of a key into a caller's array.
   *
   * @param key the key; not kept
   * @param target where the value goes
   * @param offset the index in {@code target} of the value's first byte
   * @return the value's length, or -1 if the key is absent; where the value is longer than the room
   *     from {@code offset} on, the caller can come back with a larger array. In both cases bytes
   *     of an earlier value may have been copied, if a merge ended meanwhile
   * @throws IndexOutOfBoundsException if {@code offset} lies outside of {@code target}
   */
  int get(byte[] key, byte[] target, int offset);

  /**
   * Hands the value of a key to a function without copying it.
   *
   * <p>The segment is read-only and valid only until the function returns: the function must not
   * keep it, and must not call {@code close()} of the database. It should be quick, and wait for no
   * channel, since files that compactions replace stay until it returns, and so does a database
   * that another thread closes.
   *
   * <pre>{@code
   * long total = db.read(key, value -> value.get(JAVA_LONG_UNALIGNED, 0));
   * }</pre>
   *
   * @param <R> what the function makes of the value
   * @param key the key; not kept
   * @param reader the function
   * @return what the function returned, or null if the key is absent; where the function may return
   *     null itself, the two can't be told apart
   */
  <R> @Nullable R read(byte[] key, Function<MemorySegment, R> reader);

  /**
   * Tells whether a key is present.
   *
   * @param key the key; not kept
   * @return whether it has a value
   */
  boolean contains(byte[] key);

  /**
   * Opens a cursor over a range. It sees the moment of its creation, whatever is written later.
   *
   * <p>A cursor keeps the files that it reads alive: close it.
   *
   * @param range the keys to visit
   * @return a cursor that stands outside of the range, before its first and behind its last entry
   */
  Cursor cursor(KeyRange range);

  /**
   * Opens a cursor over all keys.
   *
   * @return {@code cursor(KeyRange.all())}
   */
  default Cursor cursor() {
    return cursor(KeyRange.all());
  }

  /**
   * Streams the entries of a range in key order.
   *
   * <p>The stream holds a cursor and belongs to the thread that consumes it: close it, best with
   * try-with-resources. It closes by itself when it is consumed to the end.
   *
   * @param range the keys to visit
   * @return a sequential, ordered stream of copies
   */
  default Stream<Entry> stream(KeyRange range) {
    Cursor cursor = cursor(range);
    var entries =
        new Spliterators.AbstractSpliterator<Entry>(
            Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL) {
          @Override
          public boolean tryAdvance(Consumer<? super Entry> action) {
            if (!cursor.next()) {
              cursor.close();
              return false;
            }
            action.accept(new Entry(cursor.key(), cursor.value()));
            return true;
          }
        };
    return StreamSupport.stream(entries, false).onClose(cursor::close);
  }

  /**
   * Counts the entries of a range by visiting them.
   *
   * @param range the keys to count
   * @return how many there are
   */
  default long count(KeyRange range) {
    try (Cursor cursor = cursor(range)) {
      long count = 0;
      while (cursor.next()) {
        count++;
      }
      return count;
    }
  }
}

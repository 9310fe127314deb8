package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.anvildb.api.CorruptionException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;

/**
 * The mapped bytes of a table, checked page by page at their first use: whoever reads a range calls
 * {@link #touch} for it first. One bit per page remembers that it was sound.
 *
 * <p>Thread-safe without locks: two threads that touch a page at once both check it. Why pages and
 * not blocks: {@code docs/adr/0001-checksums-by-page.md}.
 */
final class Pages {
  static final String ADVICE = "restore it from a backup or a checkpoint, or run repair";

  private static final VarHandle BITS = MethodHandles.arrayElementVarHandle(long[].class);

  private final String file;
  private final MemorySegment memory;
  private final long checksumsOffset;
  private final long[] verified;

  /** The memory is the whole file; the checksums were checked by the caller. */
  Pages(String file, MemorySegment memory, long checksumsOffset) {
    this.file = file;
    this.memory = memory;
    this.checksumsOffset = checksumsOffset;
    this.verified = new long[(TableFormat.pages(checksumsOffset) >>> 6) + 1];
  }

  /** Makes sure that a range of at least one byte, all of it before the checksums, is sound. */
  void touch(long offset, long length) {
    int page = (int) (offset >>> TableFormat.PAGE_SHIFT);
    int last = (int) ((offset + length - 1) >>> TableFormat.PAGE_SHIFT);
    if (page == last && (verified[page >>> 6] >>> page & 1) != 0) {
      return;
    }
    touchAll(page, last);
  }

  private void touchAll(int first, int last) {
    for (int page = first; page <= last; page++) {
      if ((verified[page >>> 6] >>> page & 1) == 0) {
        check(page);
      }
    }
  }

  /** Checks a page, whether it was checked before or not. */
  void check(int page) {
    long start = (long) page << TableFormat.PAGE_SHIFT;
    long length = Math.min(TableFormat.PAGE_BYTES, checksumsOffset - start);
    int expected = memory.get(Bytes.LE_INT, checksumsOffset + 4L * page);
    int actual = Checksum.of(memory, start, length);
    if (actual != expected) {
      throw mismatch(file, start, "page of " + length + " bytes", expected, actual);
    }
    BITS.getAndBitwiseOr(verified, page >>> 6, 1L << page);
  }

  /** Returns how many pages there are. */
  int count() {
    return TableFormat.pages(checksumsOffset);
  }

  /** Makes the exception for a checksum that differs. */
  static CorruptionException mismatch(
      String file, long offset, String what, int expected, int actual) {
    return new CorruptionException(
        file,
        offset,
        String.format(
            "checksum of the %s is %08x, expected %08x; %s", what, actual, expected, ADVICE));
  }
}

package org.anvildb.proof;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A codec of somebody else that fails where it is told to: it throws, or tells a wrong length.
 * Where it does not, it writes runs of equal bytes as pairs of a length and a byte. One plan for
 * all instances, as services are made by the JDK; for one thread.
 */
public final class FailingCodec extends ProvidedCodec {
  static final String NAME = "RUNS";

  /** Which calls fail. */
  enum Call {
    LENGTH,
    COMPRESS,
    DECOMPRESS
  }

  /**
   * What goes wrong and where.
   *
   * @param calls the calls that count
   * @param nth which of the calls fails, the first one being 0
   * @param sticky whether all later ones fail, too
   * @param failure makes what is thrown, or null where a call lies
   * @param lie how a call lies about a length, from the true one and the room there is
   */
  record Plan(
      Set<Call> calls,
      long nth,
      boolean sticky,
      @Nullable Supplier<Throwable> failure,
      @Nullable Lie lie) {
    static Plan failing(Call call, long nth, boolean sticky, Supplier<Throwable> failure) {
      return new Plan(EnumSet.of(call), nth, sticky, failure, null);
    }

    static Plan lying(Call call, long nth, boolean sticky, Lie lie) {
      return new Plan(EnumSet.of(call), nth, sticky, null, lie);
    }
  }

  /** A wrong length. */
  enum Lie {
    LESS,
    NOTHING,
    NEGATIVE,
    BEYOND_THE_ROOM;

    int of(int length, int room) {
      return switch (this) {
        case LESS -> length - 1;
        case NOTHING -> 0;
        case NEGATIVE -> -1;
        case BEYOND_THE_ROOM -> room + 1;
      };
    }
  }

  private static final int MAX_RUN = 255;

  private static @Nullable Plan plan;
  private static long seen;
  private static long hits;

  /** Makes the codec, as the JDK's loader of services does. */
  public FailingCodec() {}

  /** Starts to fail after a plan, or to fail no more, and to count from 0. */
  static void inject(@Nullable Plan next) {
    plan = next;
    seen = 0;
    hits = 0;
  }

  /** Returns how many calls failed or lied. */
  static long hits() {
    return hits;
  }

  @Override
  public int id() {
    return 17;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int maxCompressedLength(int length) {
    return told(Call.LENGTH, 2 * length, 2 * length);
  }

  @Override
  public int compress(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    int at = targetOffset;
    for (int i = offset; i < offset + length; ) {
      int run = 1;
      while (run < MAX_RUN && i + run < offset + length && source[i + run] == source[i]) {
        run++;
      }
      target[at++] = (byte) run;
      target[at++] = source[i];
      i += run;
    }
    return told(Call.COMPRESS, at - targetOffset, target.length - targetOffset);
  }

  @Override
  public void decompress(
      byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLength) {
    told(Call.DECOMPRESS, 0, 0);
    int at = targetOffset;
    for (int i = offset; i + 1 < offset + length; i += 2) {
      int run = source[i] & 0xff;
      if (run > targetOffset + targetLength - at) {
        throw new IllegalArgumentException("RUNS: too many bytes");
      }
      Arrays.fill(target, at, at + run, source[i + 1]);
      at += run;
    }
    if (at != targetOffset + targetLength || length % 2 != 0) {
      throw new IllegalArgumentException("RUNS: not the bytes that were compressed");
    }
  }

  /** Returns a length, true or not, or throws. */
  private static int told(Call call, int length, int room) {
    Plan now = plan;
    if (now == null || !now.calls.contains(call)) {
      return length;
    }
    long index = seen++;
    if (index != now.nth && !(now.sticky && index > now.nth)) {
      return length;
    }
    hits++;
    if (now.lie != null) {
      return now.lie.of(length, room);
    }
    Throwable thrown = now.failure == null ? new AssertionError("no failure") : now.failure.get();
    if (thrown instanceof Error e) {
      throw e;
    }
    throw (RuntimeException) thrown;
  }
}

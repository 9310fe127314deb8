package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Lane;
import org.anvildb.storage.sim.MemoryStorage;
import org.jspecify.annotations.Nullable;

/**
 * A scripted life of a database whose storage, scheduler or codec, all a user's own, throws
 * anything at its n-th call: {@link OutOfMemoryError}, {@link StackOverflowError}, a {@link
 * RuntimeException}.
 *
 * <p>A write that throws while the database stays healthy was refused and changed nothing. Where it
 * does not stay so, the cause is what was thrown, and reads go on. A wait that nothing can end is
 * an exception of the scheduler, which none of the steps may throw.
 */
final class FailureRun {
  private static final int KEYS = 12;

  private final Random random;
  private final Supplier<Throwable> failure;
  private final MemoryStorage memory = new MemoryStorage();
  private final HookedStorage storage = new HookedStorage(memory);
  private final InlineScheduler inline;
  private final RefusingScheduler scheduler;
  private final AtomicLong operations = new AtomicLong();
  private final Map<Integer, byte[]> model = new HashMap<>();

  /** What a write that failed may have written, where the database did not stay healthy. */
  private final Map<Integer, byte[]> doubtful = new HashMap<>();

  private @Nullable Database db;
  private boolean isHit;

  /** The codec of all blocks, where that is what fails. */
  private @Nullable String codec;

  /** Whether wrong numbers are told, so that what the database runs into is its own exception. */
  private boolean isLying;

  private long refused;
  private long poisoned;

  FailureRun(long seed, Supplier<Throwable> failure) {
    this.random = new Random(seed);
    this.failure = failure;
    this.inline = new InlineScheduler(random);
    this.scheduler = new RefusingScheduler(inline);
  }

  /** Fails the n-th operation of the storage; returns whether there were so many. */
  boolean playStorage(long nth, boolean isSticky) {
    storage.hook(kind -> {
      long index = operations.getAndIncrement();
      if (index == nth || isSticky && index > nth) {
        isHit = true;
        throwIt(failure.get());
      }
    });
    play();
    return isHit;
  }

  /** Fails the n-th call of the scheduler; returns whether there were so many. */
  boolean playScheduler(long nth, boolean isSticky) {
    scheduler.inject(
        new RefusingScheduler.Plan(
            EnumSet.allOf(RefusingScheduler.Call.class),
            EnumSet.allOf(Lane.class),
            nth,
            isSticky,
            failure));
    play();
    return isHit || scheduler.hits() > 0;
  }

  /** Lets the codec of the keyspace fail or lie; returns whether it was called so often. */
  boolean playCodec(FailingCodec.Plan plan) {
    codec = FailingCodec.NAME;
    isLying = plan.lie() != null;
    FailingCodec.inject(plan);
    try {
      play();
      return isHit;
    } finally {
      FailingCodec.inject(null);
    }
  }

  long refused() {
    return refused;
  }

  long poisoned() {
    return poisoned;
  }

  private void play() {
    step(() -> db = Anvil.open(storage, scheduler, random, options()));
    if (db != null) {
      for (int i = 0; i < 28; i++) {
        write(i);
        if (random.nextInt(3) == 0) {
          background();
        }
      }
      step(this::compact);
      checkReads();
      step(this::walk);
      step(this::close);
    }
    storage.hook(kind -> {});
    isHit |= scheduler.hits() > 0 || FailingCodec.hits() > 0;
    if (!isHit) {
      assertThat(refused).as("calls refused without a failure").isZero();
    }
    scheduler.inject(null);
    FailingCodec.inject(null);
    checkReopening();
  }

  private DatabaseOptions options() {
    DatabaseOptions.Builder options =
        DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(64)).frozenMemtables(2);
    if (codec != null) {
      // A cache that holds nothing: each read of a block is one more call of the codec.
      options
          .blockCacheBytes(ByteSize.ofBytes(1))
          .keyspaceDefaults(KeyspaceOptions.defaults().withCodec(codec));
    }
    return options.build();
  }

  /** Returns a value; one that a codec can make shorter, where one is there. */
  private byte[] newValue() {
    byte[] value = new byte[1 + random.nextInt(9_000)];
    if (codec == null) {
      random.nextBytes(value);
      return value;
    }
    for (int at = 0; at < value.length; at += 50) {
      Arrays.fill(value, at, Math.min(at + 50, value.length), (byte) random.nextInt());
    }
    return value;
  }

  private Database open() {
    if (db == null) {
      throw new IllegalStateException("not open");
    }
    return db;
  }

  private void write(int i) {
    int key = random.nextInt(KEYS);
    byte[] name = {(byte) key};
    byte[] value = newValue();
    int kind = i % 5;
    boolean isDone =
        step(() -> {
          switch (kind) {
            case 0 -> open().put(name, value, Durability.SYNC);
            case 1 -> open().write(open().newBatch().put(name, value));
            case 2 -> open().putAsync(name, value).join();
            default -> open().put(name, value);
          }
        });
    if (isDone) {
      model.put(key, value);
      doubtful.remove(key);
    } else if (open().health() instanceof Health.Healthy) {
      assertThat(open().get(name)).as("a write that was refused").isEqualTo(model.get(key));
    } else if (!doubtful.containsKey(key)) {
      doubtful.put(key, value);
    }
  }

  private void compact() {
    open().compact();
  }

  private void close() {
    open().close();
  }

  /** Work of the background reports what it runs into; it throws nothing. */
  private void background() {
    inline.runAll();
  }

  private boolean step(Runnable action) {
    try {
      action.run();
      return true;
    } catch (RuntimeException | Error e) {
      // What a codec throws is told as damage of the block; an error stays one.
      boolean mayPass = codec == null || e instanceof Error;
      assertThat(
              e instanceof AnvilException || mayPass && (isInjected(e) || isInjected(e.getCause())))
          .as("neither typed nor what was thrown: %s", e)
          .isTrue();
      refused++;
      if (db != null && db.health() instanceof Health.Poisoned(Throwable cause)) {
        poisoned++;
        assertThat(isLying || isInjected(cause))
            .as("the cause of the poison, not %s", cause)
            .isTrue();
      }
      return false;
    }
  }

  private static boolean isInjected(@Nullable Throwable thrown) {
    Throwable t = thrown;
    while (t != null) {
      if (String.valueOf(t.getMessage()).contains("(injected)")) {
        return true;
      }
      t = t.getCause();
    }
    return false;
  }

  private void checkReads() {
    for (int key = 0; key < KEYS; key++) {
      int number = key;
      step(() -> check(number, open().get(new byte[] {(byte) number})));
    }
  }

  private void walk() {
    try (Cursor cursor = open().cursor()) {
      while (cursor.next()) {
        check(cursor.key()[0], cursor.value());
      }
    }
  }

  private void checkReopening() {
    try (Database again =
        Anvil.open(memory, new InlineScheduler(random), random, DatabaseOptions.defaults())) {
      for (int key = 0; key < KEYS; key++) {
        check(key, again.get(new byte[] {(byte) key}));
      }
      again.put(new byte[] {99}, new byte[1], Durability.SYNC);
    }
  }

  private void check(int key, byte @Nullable [] found) {
    List<byte @Nullable []> allowed = Arrays.asList(model.get(key), doubtful.get(key));
    assertThat(
            Arrays.equals(found, allowed.get(0))
                || doubtful.containsKey(key) && Arrays.equals(found, allowed.get(1)))
        .as("the value of key %s", key)
        .isTrue();
  }

  private static void throwIt(Throwable thrown) {
    if (thrown instanceof Error e) {
      throw e;
    }
    throw (RuntimeException) thrown;
  }
}

package org.anvildb.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.cursor.InternalCursor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random histories against sorted maps, with limits in the past, for keys of many shapes. */
final class MemtableModelTest {
  private static final int KEYSPACES = 3;

  /** How keys are made from a random source. */
  enum Shape {
    DECIMAL {
      @Override
      byte[] key(Random random) {
        return "%016d".formatted(random.nextInt(2000)).getBytes(StandardCharsets.US_ASCII);
      }
    },
    BINARY {
      @Override
      byte[] key(Random random) {
        byte[] key = new byte[16];
        new Random(random.nextInt(2000)).nextBytes(key);
        return key;
      }
    },
    LONG_SHARED_PREFIXES {
      @Override
      byte[] key(Random random) {
        String host = "https://www.example-%d.org/".formatted(random.nextInt(3));
        return (host + "a/very/long/path/".repeat(random.nextInt(6)) + random.nextInt(300))
            .getBytes(StandardCharsets.US_ASCII);
      }
    },
    PREFIXES_OF_EACH_OTHER {
      @Override
      byte[] key(Random random) {
        byte[] key = new byte[random.nextInt(random.nextInt(4) == 0 ? 300 : 30)];
        Arrays.fill(key, (byte) (random.nextInt(10) == 0 ? 'b' : 'a'));
        return key;
      }
    },
    ZEROS {
      @Override
      byte[] key(Random random) {
        byte[] key = new byte[random.nextInt(40)];
        for (int i = random.nextInt(3); i > 0 && key.length > 0; i--) {
          key[random.nextInt(key.length)] = (byte) random.nextInt(3);
        }
        return key;
      }
    },
    FEW_BYTES {
      @Override
      byte[] key(Random random) {
        byte[] key = new byte[random.nextInt(12)];
        for (int i = 0; i < key.length; i++) {
          key[i] = (byte) (random.nextInt(3) - 1);
        }
        return key;
      }
    };

    abstract byte[] key(Random random);
  }

  /** A version of a key: where it was written, and what. */
  private record Written(long position, byte @Nullable [] value) {}

  private final List<NavigableMap<byte[], List<Written>>> model = new ArrayList<>();
  private final List<Long> limits = new ArrayList<>(List.of(0L));

  @ParameterizedTest
  @EnumSource
  void everyReadEqualsTheModelsAtEveryLimit(Shape shape) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    LogWriter writer = LogWriter.onHeap(1 << 20);
    for (int i = 0; i < KEYSPACES; i++) {
      model.add(new TreeMap<>(Arrays::compareUnsigned));
    }
    try {
      for (int i = 0; i < 1200; i++) {
        writeBatch(writer, shape, random);
        if (i % 300 == 0) {
          checkAll(writer, shape, random);
        }
      }
      checkAll(writer, shape, random);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private void writeBatch(LogWriter writer, Shape shape, Random random) {
    for (int i = random.nextInt(8); i >= 0; i--) {
      int keyspace = random.nextInt(KEYSPACES);
      byte[] key = shape.key(random);
      boolean delete = random.nextInt(5) == 0;
      byte[] value = new byte[random.nextInt(20)];
      random.nextBytes(value);
      long position = delete ? writer.delete(keyspace, key) : writer.put(keyspace, key, value);
      long batch = limits.getLast();
      List<Written> versions = model.get(keyspace).computeIfAbsent(key, k -> new ArrayList<>());
      versions.removeIf(v -> v.position >= batch);
      versions.addFirst(new Written(position, delete ? null : value));
    }
    limits.add(writer.commit());
  }

  private void checkAll(LogWriter writer, Shape shape, Random random) {
    assertThat(writer.memtable.limit()).isEqualTo(limits.getLast());
    for (int keyspace = 0; keyspace < KEYSPACES; keyspace++) {
      for (long limit : List.of(limits.getLast(), limits.get(random.nextInt(limits.size())))) {
        NavigableMap<byte[], Written> visible = visible(keyspace, limit);
        checkFinds(writer, keyspace, limit, visible, shape, random);
        try (InternalCursor cursor = writer.memtable.cursor(keyspace, limit)) {
          checkWalks(cursor, visible);
          checkSeeks(cursor, visible, shape, random);
        }
      }
      checkVersions(writer, keyspace);
    }
  }

  private NavigableMap<byte[], Written> visible(int keyspace, long limit) {
    NavigableMap<byte[], Written> visible = new TreeMap<>(Arrays::compareUnsigned);
    model
        .get(keyspace)
        .forEach((key, versions) ->
            versions.stream()
                .filter(v -> v.position < limit)
                .findFirst()
                .ifPresent(v -> visible.put(key, v)));
    return visible;
  }

  private void checkFinds(
      LogWriter writer,
      int keyspace,
      long limit,
      NavigableMap<byte[], Written> visible,
      Shape shape,
      Random random) {
    FoundEntry found = new FoundEntry();
    for (byte[] key : model.get(keyspace).keySet()) {
      Written expected = visible.get(key);
      assertThat(writer.find(keyspace, key, limit, found)).isEqualTo(expected != null);
      if (expected != null) {
        assertThat(found.tombstone()).isEqualTo(expected.value == null);
        assertThat(value(found)).isEqualTo(expected.value);
      }
      if (limit == writer.memtable.limit()) {
        assertThat(writer.get(keyspace, key)).isEqualTo(copy(expected));
      }
    }
    for (int i = 0; i < 100; i++) {
      byte[] key = shape.key(random);
      assertThat(writer.find(keyspace, key, limit, found)).isEqualTo(visible.containsKey(key));
    }
    assertThat(writer.find(KEYSPACES, new byte[3], limit, found)).isFalse();
  }

  /** Returns what a copying get answers: it sees the newest version of all. */
  private static byte @Nullable [] copy(@Nullable Written newest) {
    if (newest == null) {
      return null;
    }
    return newest.value == null ? FoundEntry.TOMBSTONE : newest.value;
  }

  private static byte @Nullable [] value(FoundEntry found) {
    return found.tombstone()
        ? null
        : found
            .memory()
            .asSlice(found.valueOffset(), found.valueLength())
            .toArray(ValueLayout.JAVA_BYTE);
  }

  private static void checkWalks(InternalCursor cursor, NavigableMap<byte[], Written> visible) {
    boolean on = cursor.seekFirst();
    for (var expected : visible.entrySet()) {
      checkEntry(cursor, on, expected);
      on = cursor.next();
    }
    assertThat(on || cursor.valid()).isFalse();
    on = cursor.seekLast();
    for (var expected : visible.descendingMap().entrySet()) {
      checkEntry(cursor, on, expected);
      on = cursor.previous();
    }
    assertThat(on || cursor.valid()).isFalse();
  }

  private static void checkSeeks(
      InternalCursor cursor, NavigableMap<byte[], Written> visible, Shape shape, Random random) {
    for (int i = 0; i < 100; i++) {
      byte[] key = shape.key(random);
      boolean up = random.nextBoolean();
      var at = up ? visible.ceilingEntry(key) : visible.lowerEntry(key);
      boolean on = up ? cursor.seekCeiling(key, key.length) : cursor.seekLower(key, key.length);
      for (int steps = random.nextInt(6); steps >= 0 && at != null; steps--) {
        checkEntry(cursor, on, at);
        boolean forward = random.nextBoolean();
        at = forward ? visible.higherEntry(at.getKey()) : visible.lowerEntry(at.getKey());
        on = forward ? cursor.next() : cursor.previous();
      }
      assertThat(on).isEqualTo(at != null);
      assertThat(cursor.valid()).isEqualTo(at != null);
    }
  }

  private static void checkEntry(
      InternalCursor cursor, boolean on, Map.Entry<byte[], Written> expected) {
    assertThat(on).isTrue();
    assertThat(cursor.valid()).isTrue();
    assertThat(Arrays.copyOf(cursor.key(), cursor.keyLength())).isEqualTo(expected.getKey());
    byte[] value = expected.getValue().value;
    assertThat(cursor.tombstone()).isEqualTo(value == null);
    assertThat(
            cursor
                .valueMemory()
                .asSlice(cursor.valueOffset(), cursor.valueLength())
                .toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo(value == null ? new byte[0] : value);
    assertThat(cursor.sequence()).isZero();
  }

  private void checkVersions(LogWriter writer, int keyspace) {
    List<String> expected = new ArrayList<>();
    model
        .get(keyspace)
        .forEach((key, all) -> all.forEach(v -> expected.add(text(key, v.position + 1))));
    try (InternalCursor cursor = writer.memtable.versions(keyspace, position -> position + 1)) {
      List<String> seen = new ArrayList<>();
      for (boolean on = cursor.seekFirst(); on; on = cursor.next()) {
        seen.add(text(Arrays.copyOf(cursor.key(), cursor.keyLength()), cursor.sequence()));
      }
      assertThat(seen).isEqualTo(expected);
      List<String> back = new ArrayList<>();
      for (boolean on = cursor.seekLast(); on; on = cursor.previous()) {
        back.addFirst(text(Arrays.copyOf(cursor.key(), cursor.keyLength()), cursor.sequence()));
      }
      assertThat(back).isEqualTo(expected);
    }
    assertThat(writer.memtable.entries(keyspace)).isEqualTo(expected.size());
  }

  private static String text(byte[] key, long sequence) {
    return Arrays.toString(key) + "@" + sequence;
  }
}

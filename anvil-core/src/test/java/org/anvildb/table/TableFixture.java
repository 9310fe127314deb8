package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.anvildb.api.FilterPolicy;
import org.anvildb.bytes.KeyHash;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/** Writes and opens tables for tests, and makes their entries. */
final class TableFixture {
  static final long SEED = 0x5eed_5eedL;

  final Codecs codecs = Codecs.load();
  final BlockCache cache;
  final Storage storage;

  TableFixture(Storage storage) {
    this(storage, 1 << 20);
  }

  TableFixture(Storage storage, long cacheBytes) {
    this.storage = storage;
    this.cache = new BlockCache(cacheBytes);
  }

  /** One version of one key; a null value is a tombstone. */
  record Version(byte[] key, long sequence, byte @Nullable [] value) {
    boolean tombstone() {
      return value == null;
    }

    byte[] valueOrEmpty() {
      return value == null ? new byte[0] : value;
    }

    boolean sameAs(Version other) {
      return Arrays.equals(key, other.key)
          && sequence == other.sequence
          && Arrays.equals(value, other.value);
    }
  }

  TableOptions options(String codec, FilterPolicy policy, int blockBytes) {
    return new TableOptions(codecs.byName(codec), policy, blockBytes, SEED);
  }

  TableMeta write(long number, TableOptions options, List<Version> versions) {
    var writer = new TableWriter(storage.create(TableMeta.fileName(number)), number, options);
    for (Version v : versions) {
      add(writer, v);
    }
    return writer.finish();
  }

  static void add(TableWriter writer, Version v) {
    byte[] value = v.valueOrEmpty();
    byte[] padded = new byte[value.length + 3];
    System.arraycopy(value, 0, padded, 3, value.length);
    writer.add(
        v.key,
        v.key.length,
        v.tombstone(),
        v.sequence,
        MemorySegment.ofArray(padded),
        3,
        value.length);
  }

  Table open(TableMeta meta) {
    return Table.open(storage, meta, codecs, cache, SEED);
  }

  /** Returns the version that a table finds, or null; checks that a copying get finds it too. */
  static @Nullable Version find(Table table, byte[] key, long maxSequence) {
    var found = new FoundEntry();
    long hash = KeyHash.hash(key, key.length, SEED);
    boolean isThere = table.find(key, key.length, hash, maxSequence, found);
    if (maxSequence >= table.meta().maxSequence()) {
      byte @Nullable [] copy = table.get(key, key.length, hash);
      check(isThere == (copy != null), "find and get tell the same");
      check(found.tombstone() == (copy == FoundEntry.TOMBSTONE), "of tombstones too");
      check(!isThere || Arrays.equals(copy, found.copy()), "and get the same value");
    }
    if (!isThere) {
      return null;
    }
    byte @Nullable [] value =
        found.tombstone()
            ? null
            : found
                .memory()
                .asSlice(found.valueOffset(), found.valueLength())
                .toArray(ValueLayout.JAVA_BYTE);
    return new Version(key, 0, value);
  }

  private static void check(boolean isRight, String promise) {
    if (!isRight) {
      throw new AssertionError("not so: " + promise);
    }
  }

  /** Returns the version that a table must find. */
  static Version mustFind(Table table, byte[] key, long maxSequence) {
    Version found = find(table, key, maxSequence);
    if (found == null) {
      throw new AssertionError("the key must be there");
    }
    return found;
  }

  static Version current(InternalCursor cursor) {
    byte[] value =
        cursor
            .valueMemory()
            .asSlice(cursor.valueOffset(), cursor.valueLength())
            .toArray(ValueLayout.JAVA_BYTE);
    return new Version(
        Arrays.copyOf(cursor.key(), cursor.keyLength()),
        cursor.sequence(),
        cursor.tombstone() ? null : value);
  }

  static List<Version> scan(Table table) {
    var all = new ArrayList<Version>();
    try (var cursor = table.cursor()) {
      for (boolean on = cursor.seekFirst(); on; on = cursor.next()) {
        all.add(current(cursor));
      }
    }
    return all;
  }

  /** Makes the versions of random keys of a shape, in the order of a table. */
  static List<Version> versions(Random random, Shape shape, int keys, int maxVersions) {
    var set = new TreeSet<byte[]>(Arrays::compareUnsigned);
    for (int i = 0; i < keys; i++) {
      set.add(shape.key(random, i));
    }
    var versions = new ArrayList<Version>();
    for (byte[] key : set) {
      int count = 1 + (maxVersions > 1 ? random.nextInt(maxVersions) : 0);
      long sequence = maxVersions > 1 ? 1L << random.nextInt(40) : 0;
      for (int i = 0; i < count && (sequence > 0 || i == 0); i++) {
        versions.add(new Version(key, sequence, value(random)));
        sequence = maxVersions > 1 ? sequence - 1 - random.nextInt(9) : 0;
      }
    }
    return versions;
  }

  private static byte @Nullable [] value(Random random) {
    int kind = random.nextInt(20);
    if (kind == 0) {
      return null;
    }
    byte[] value = new byte[kind == 1 ? random.nextInt(3000) : random.nextInt(40)];
    if (random.nextBoolean()) {
      random.nextBytes(value);
    }
    return value;
  }

  /** Shapes of keys that formats stumble over. */
  enum Shape {
    DECIMAL {
      @Override
      byte[] key(Random random, int i) {
        return String.format("%016d", 3L * i).getBytes();
      }
    },
    BINARY {
      @Override
      byte[] key(Random random, int i) {
        byte[] key = new byte[random.nextInt(12)];
        random.nextBytes(key);
        return key;
      }
    },
    FEW_SYMBOLS {
      @Override
      byte[] key(Random random, int i) {
        byte[] key = new byte[random.nextInt(14)];
        for (int j = 0; j < key.length; j++) {
          key[j] = (byte) new int[] {0, 1, 0xff}[random.nextInt(3)];
        }
        return key;
      }
    },
    LONG_PREFIX {
      @Override
      byte[] key(Random random, int i) {
        int shared = new int[] {900, 300, 5}[random.nextInt(3)];
        byte[] key = new byte[shared + random.nextInt(6)];
        Arrays.fill(key, 0, shared, (byte) 'p');
        for (int j = shared; j < key.length; j++) {
          key[j] = (byte) random.nextInt(3);
        }
        return key;
      }
    },
    NESTED {
      @Override
      byte[] key(Random random, int i) {
        byte[] key = new byte[i];
        Arrays.fill(key, (byte) 'n');
        return key;
      }
    },
    COMPOSITE {
      @Override
      byte[] key(Random random, int i) {
        return ("user/" + i / 37 + "/message/" + 1000 * (i % 37)).getBytes();
      }
    };

    abstract byte[] key(Random random, int i);
  }
}

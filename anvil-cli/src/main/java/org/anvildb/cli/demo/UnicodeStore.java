package org.anvildb.cli.demo;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.api.Readable;
import org.anvildb.api.WriteBatch;
import org.anvildb.cli.term.Progress;

/**
 * Unicode in a store: {@code default} maps a number to a name, {@code names} a name to the
 * character, {@code properties} a number and a property to its value. Every read is checked against
 * what the JDK says.
 */
final class UnicodeStore {
  private static final int BATCH_OPERATIONS = 1_000;

  private final Database database;
  private final Keyspace names;
  private final Keyspace properties;
  private final List<UnicodeCharacter> characters;
  private final byte[][] keys;
  private final byte[][] values;
  private long entries;
  private long writeNanos;

  /** Starts with an empty store, and prepares keys and values, so that no measure counts that. */
  UnicodeStore(Database database, List<UnicodeCharacter> characters) {
    this.database = database;
    this.names = database.keyspace("names");
    this.properties = database.keyspace("properties");
    this.characters = characters;
    this.keys = characters.stream().map(UnicodeCharacter::key).toArray(byte[][]::new);
    this.values = characters.stream().map(UnicodeCharacter::nameBytes).toArray(byte[][]::new);
  }

  int characters() {
    return keys.length;
  }

  /** Returns how many entries the load wrote. */
  long entries() {
    return entries;
  }

  /** Returns the time that the load spent in the store. */
  long writeNanos() {
    return writeNanos;
  }

  /** Writes all characters, each with its entries in one batch, so that no reader sees a part. */
  void load(Progress progress) {
    WriteBatch batch = database.newBatch();
    List<Put> puts = new ArrayList<>();
    for (int i = 0; i < keys.length; i++) {
      addEntries(i, puts);
      if (puts.size() >= BATCH_OPERATIONS || i == keys.length - 1) {
        long start = System.nanoTime();
        puts.forEach(put -> batch.put(put.keyspace(), put.key(), put.value()));
        database.write(batch);
        batch.clear();
        writeNanos += System.nanoTime() - start;
        entries += puts.size();
        progress.add(puts.size());
        puts.clear();
      }
    }
  }

  private void addEntries(int index, List<Put> puts) {
    UnicodeCharacter character = characters.get(index);
    puts.add(new Put(database, keys[index], values[index]));
    puts.add(new Put(names, values[index], character.utf8()));
    character
        .properties()
        .forEach((property, value) ->
            puts.add(
                new Put(
                    properties,
                    character.propertyKey(property),
                    value.getBytes(StandardCharsets.UTF_8))));
  }

  /** Reads characters in random order; returns how many were wrong. */
  int lookUp(int reads, Random random) {
    int wrong = 0;
    for (int i = 0; i < reads; i++) {
      int index = random.nextInt(keys.length);
      byte[] value = database.get(keys[index]);
      wrong += value != null && Arrays.equals(value, values[index]) ? 0 : 1;
    }
    return wrong;
  }

  /** Reads keys that are not there; returns how many were found all the same. */
  int lookUpAbsent(int reads, Random random) {
    int wrong = 0;
    byte[] key = UnicodeCharacter.key(0);
    for (int i = 0; i < reads; i++) {
      key[1] = (byte) ('a' + random.nextInt(26));
      key[7] = (byte) ('0' + i % 10);
      wrong += database.contains(key) ? 1 : 0;
    }
    return wrong;
  }

  /** Returns the names that start with a prefix. */
  List<String> namesWith(String prefix) {
    var found = new ArrayList<String>();
    try (Cursor cursor =
        names.cursor(KeyRange.prefix(prefix.getBytes(StandardCharsets.US_ASCII)))) {
      while (cursor.next()) {
        found.add(new String(cursor.key(), StandardCharsets.US_ASCII));
      }
    }
    return found;
  }

  /** Returns the last names of the alphabet, backwards. */
  List<String> lastNames(int count) {
    var found = new ArrayList<String>();
    try (Cursor cursor = names.cursor()) {
      while (found.size() < count && cursor.previous()) {
        found.add(new String(cursor.key(), StandardCharsets.US_ASCII));
      }
    }
    return found;
  }

  /** Visits all properties in a direction; returns how many there are, or -1 if order fails. */
  long scanProperties(boolean backward) {
    long count = 0;
    byte[] last = null;
    try (Cursor cursor = properties.cursor()) {
      while (backward ? cursor.previous() : cursor.next()) {
        byte[] key = cursor.key();
        int order = last == null ? 0 : Arrays.compareUnsigned(last, key);
        if (last != null && (backward ? order <= 0 : order >= 0)) {
          return -1;
        }
        last = key;
        count++;
      }
    }
    return count;
  }

  /** Makes every even name lower case and deletes every odd one; returns how many that were. */
  int overwrite() {
    WriteBatch batch = database.newBatch();
    for (int i = 0; i < keys.length; i++) {
      if (i % 2 == 0) {
        byte[] lower = values[i].clone();
        for (int j = 0; j < lower.length; j++) {
          lower[j] = (byte) Character.toLowerCase(lower[j]);
        }
        batch.put(keys[i], lower);
      } else {
        batch.delete(keys[i]);
      }
      if (batch.size() == BATCH_OPERATIONS || i == keys.length - 1) {
        database.write(batch);
        batch.clear();
      }
    }
    return keys.length;
  }

  /** Tells whether an odd character is gone and an even one is in lower case. */
  boolean isOverwritten() {
    byte[] even = database.get(keys[0]);
    return database.get(keys[1]) == null && even != null && !Arrays.equals(even, values[0]);
  }

  /** Returns a checksum over all keys and values that a view sees, in order. */
  static long checksum(Readable view) {
    var checksum = new CRC32C();
    long count = 0;
    try (Cursor cursor = view.cursor()) {
      while (cursor.next()) {
        checksum.update(cursor.key());
        checksum.update(cursor.value());
        count++;
      }
    }
    return checksum.getValue() << 32 ^ count;
  }

  /** An entry on its way. */
  private record Put(Keyspace keyspace, byte[] key, byte[] value) {}
}

package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.Readable;
import org.anvildb.api.Snapshot;

/**
 * The oracle of the crash tests: all batches in the order of their commits, the content after each
 * of them, and how many of them a crash must leave.
 *
 * <p>A keyspace is known by a number of its own, so that one that was dropped and one that was
 * created later under the same name are told apart. Creations and drops are durable when they
 * return, whatever becomes of the batches around them; while one is under way, a crash may leave
 * either.
 */
final class CrashHistory {
  /** One put of a batch, or one delete, where the value is null. */
  record Change(int keyspace, byte[] key, byte[] value) {}

  private static final int DEFAULT = 0;

  /** The content after each number of batches, by keyspace; unchanged maps are shared. */
  private final List<Map<Integer, ByteMap>> contents = new ArrayList<>();

  private LinkedHashMap<String, Integer> names = new LinkedHashMap<>();
  private LinkedHashMap<String, Integer> namesToBe;
  private int lastKeyspace = DEFAULT;
  private long acknowledged;
  private long synced;
  private boolean isPowerLost;

  CrashHistory() {
    contents.add(Map.of());
    names.put(Database.DEFAULT_KEYSPACE, DEFAULT);
    namesToBe = names;
  }

  /** Returns the number of a keyspace; -1, which no keyspace has, if there should be none. */
  int keyspace(String name) {
    return names.getOrDefault(name, -1);
  }

  /** Returns what a keyspace holds after all batches; it is not changed by later ones. */
  ByteMap content(String name) {
    return content(contents.getLast(), keyspace(name));
  }

  /** Notes that a batch is about to be written: from now on it may be there. */
  void begin(List<Change> batch) {
    Map<Integer, ByteMap> next = new HashMap<>(contents.getLast());
    for (Change change : batch) {
      next.put(change.keyspace(), new ByteMap(content(contents.getLast(), change.keyspace())));
    }
    for (Change change : batch) {
      ByteMap map = next.get(change.keyspace());
      if (change.value() == null) {
        map.delete(change.key());
      } else {
        map.put(change.key(), change.value());
      }
    }
    contents.add(next);
  }

  /** Notes that all batches were acknowledged: the death of the process alone loses none. */
  void acknowledged() {
    acknowledged = size();
  }

  /** Notes that the first so many batches are on disk. */
  void synced(long batches) {
    synced = Math.max(synced, batches);
  }

  /** Returns how many batches there are, one that is being written among them. */
  long size() {
    return contents.size() - 1L;
  }

  long acknowledgedBatches() {
    return acknowledged;
  }

  long syncedBatches() {
    return synced;
  }

  /** Notes that power was lost: what was acknowledged but not synced may be gone. */
  void powerLost() {
    acknowledged = synced;
    isPowerLost = true;
  }

  /**
   * Forgets what a crash has cut off. What a power cut has left is on disk; what a process has left
   * that died or failed may be in the system's memory alone.
   */
  void cut(long batches) {
    contents.subList((int) batches + 1, contents.size()).clear();
    acknowledged = batches;
    if (isPowerLost) {
      synced = batches;
      isPowerLost = false;
    }
  }

  /** Forgets a batch that the database has refused; one that it took may be there after a crash. */
  void settle(long lastSequence) {
    if (lastSequence == size() - 1) {
      contents.removeLast();
    }
  }

  /** Notes which keyspaces a recovery has found, where a creation or a drop had failed. */
  void settleNames(List<String> found) {
    names = found.equals(List.copyOf(names.keySet())) ? names : namesToBe;
    namesToBe = names;
  }

  void beginCreate(String name) {
    if (isUnsettled()) {
      return;
    }
    namesToBe = new LinkedHashMap<>(names);
    namesToBe.putIfAbsent(name, ++lastKeyspace);
  }

  void beginDrop(String name) {
    if (isUnsettled()) {
      return;
    }
    namesToBe = new LinkedHashMap<>(names);
    namesToBe.remove(name);
  }

  /** Tells whether an earlier creation or drop failed: then the database refuses any other. */
  private boolean isUnsettled() {
    return namesToBe != names;
  }

  /** Notes that the creation or the drop that was begun has returned. */
  void named() {
    names = namesToBe;
  }

  /**
   * Holds that a database is one of the states that a crash may leave.
   *
   * @param least how many batches must be there
   * @param most how many may be there
   * @return how many there are
   */
  long check(Database db, long least, long most, Random random) {
    long batches;
    try (Snapshot snapshot = db.snapshot()) {
      batches = snapshot.sequence();
    }
    assertThat(batches).as("batches left").isBetween(least, most);
    List<String> found = db.keyspaces();
    Map<String, Integer> present = found.equals(List.copyOf(names.keySet())) ? names : namesToBe;
    assertThat(found).as("keyspaces").isEqualTo(List.copyOf(present.keySet()));
    present.forEach((name, keyspace) -> {
      ByteMap expected = content(contents.get((int) batches), keyspace);
      checkContent(name, batches, db.keyspace(name), expected, random);
    });
    return batches;
  }

  /**
   * All that a copy of the database holds that is made now, whatever becomes of the database.
   *
   * @param names the keyspaces by name, in order
   */
  record Moment(long batches, LinkedHashMap<String, Integer> names, Map<Integer, ByteMap> content) {
    void check(Database db, Random random) {
      assertThat(db.stats().lastSequence()).as("batches in the copy").isEqualTo(batches);
      assertThat(db.keyspaces()).as("keyspaces").isEqualTo(List.copyOf(names.keySet()));
      names.forEach((name, keyspace) ->
          checkContent(
              name, batches, db.keyspace(name), CrashHistory.content(content, keyspace), random));
    }
  }

  /** Returns the moment after so many batches, with the keyspaces that a database has then. */
  Moment moment(long batches, List<String> found) {
    LinkedHashMap<String, Integer> present =
        found.equals(List.copyOf(names.keySet())) ? names : namesToBe;
    return new Moment(batches, present, contents.get((int) batches));
  }

  /** Returns the present moment; nothing is being written. */
  Moment moment() {
    return new Moment(size(), names, contents.getLast());
  }

  private static ByteMap content(Map<Integer, ByteMap> contents, int keyspace) {
    return contents.getOrDefault(keyspace, new ByteMap());
  }

  private static void checkContent(
      String name, long batches, Readable readable, ByteMap expected, Random random) {
    String what = "keyspace " + name + " after " + batches + " batches";
    try (Cursor cursor = readable.cursor()) {
      for (Map.Entry<byte[], byte[]> entry : expected.entries().entrySet()) {
        assertThat(cursor.next()).as(what + ": an entry is missing").isTrue();
        assertThat(cursor.key()).as(what).isEqualTo(entry.getKey());
        assertThat(cursor.value()).as(what).isEqualTo(entry.getValue());
      }
      assertThat(cursor.next()).as(what + ": an entry too many").isFalse();
    }
    for (int i = 0; i < 4; i++) {
      byte[] key = CrashRun.key(random);
      assertThat(readable.get(key)).as(what).isEqualTo(expected.get(key));
    }
  }
}

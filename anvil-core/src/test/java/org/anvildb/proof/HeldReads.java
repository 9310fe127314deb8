package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.Readable;
import org.anvildb.api.Snapshot;

/**
 * Snapshots and cursors that stay open while a database goes on, each with what it must show from
 * its first moment to its last.
 */
final class HeldReads {
  private record Held(
      int keyspace,
      Snapshot snapshot,
      Cursor cursor,
      CursorWalk walk,
      Readable readable,
      ByteMap expected) {}

  private final List<Held> held = new ArrayList<>();
  private final Set<Integer> dropped = new HashSet<>();
  private final Random random;

  HeldReads(Random random) {
    this.random = random;
  }

  /** Opens a snapshot and a cursor of a keyspace, which has a number and holds what is expected. */
  void hold(Database db, String name, int keyspace, ByteMap expected) {
    Snapshot snapshot = db.snapshot();
    Readable readable = snapshot.in(db.keyspace(name));
    Cursor cursor = db.keyspace(name).cursor();
    var walk = new CursorWalk(cursor, expected.entries(), random);
    held.add(new Held(keyspace, snapshot, cursor, walk, readable, expected));
  }

  /**
   * Moves each cursor about, reads keys through each snapshot, and reads all that it shows: a
   * cursor pins its files, so what a merge took away from a snapshot is missed by new reads alone.
   */
  void check() {
    for (Held one : held) {
      one.walk().moves(12, () -> CrashRun.key(random));
      if (!dropped.contains(one.keyspace())) {
        checkAll(one);
      }
      for (int i = 0; i < 4; i++) {
        byte[] key = CrashRun.key(random);
        if (dropped.contains(one.keyspace())) {
          assertThatThrownBy(() -> one.readable().get(key)).isInstanceOf(ClosedException.class);
          continue;
        }
        assertThat(one.readable().get(key))
            .as("through a snapshot that is held")
            .isEqualTo(one.expected().get(key));
      }
    }
  }

  private static void checkAll(Held one) {
    try (Cursor all = one.readable().cursor()) {
      for (Map.Entry<byte[], byte[]> entry : one.expected().entries().entrySet()) {
        assertThat(all.next()).as("an entry is missing in a snapshot that is held").isTrue();
        assertThat(all.key()).as("a key of a snapshot that is held").isEqualTo(entry.getKey());
        assertThat(all.value()).as("through a snapshot that is held").isEqualTo(entry.getValue());
      }
      assertThat(all.next()).as("an entry too many in a snapshot that is held").isFalse();
    }
  }

  /** Notes that a keyspace is gone: cursors go on, and reads by key are refused. */
  void dropped(int keyspace) {
    dropped.add(keyspace);
  }

  void closeAll() {
    for (Held one : held) {
      one.cursor().close();
      one.snapshot().close();
    }
    held.clear();
  }

  /** Lets go of what died with its process. */
  void forget() {
    held.clear();
  }
}

package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import org.anvildb.Anvil;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Limits;
import org.anvildb.api.WriteBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The misuses 19 to 22 and 25: wrong arguments, changed arrays, cursors in wrong hands. */
final class MisuseArgumentsTest {
  private static final byte[] KEY = bytes("key");
  private static final byte[] VALUE = bytes("value");

  private Database db;

  @BeforeEach
  void open() {
    db = Anvil.openInMemory();
  }

  @AfterEach
  void close() {
    db.close();
  }

  @Test
  @SuppressWarnings("NullAway")
  void misuse19_aNullArgumentIsNamedBeforeAnythingChanges() {
    db.put(KEY, VALUE);
    WriteBatch batch = db.newBatch().put(KEY, VALUE);
    var snapshot = db.snapshot();
    Cursor cursor = db.cursor();
    Map<Executable, String> calls = new LinkedHashMap<>();
    calls.put(() -> db.put(null, VALUE), "key");
    calls.put(() -> db.put(KEY, null), "value");
    calls.put(() -> db.put(KEY, VALUE, null), "durability");
    calls.put(() -> db.delete(null), "key");
    calls.put(() -> db.delete(KEY, (byte[]) null), "expected");
    calls.put(() -> db.delete(KEY, (Durability) null), "durability");
    calls.put(() -> db.putIfAbsent(null, VALUE), "key");
    calls.put(() -> db.putIfAbsent(KEY, null), "value");
    calls.put(() -> db.replace(null, VALUE), "key");
    calls.put(() -> db.replace(KEY, null), "value");
    calls.put(() -> db.replace(KEY, null, VALUE), "expected");
    calls.put(() -> db.replace(KEY, VALUE, null), "value");
    calls.put(() -> db.putAsync(null, VALUE), "key");
    calls.put(() -> db.putAsync(KEY, null), "value");
    calls.put(() -> db.deleteAsync(null), "key");
    calls.put(() -> db.get(null), "key");
    calls.put(() -> db.get(null, new byte[8], 0), "key");
    calls.put(() -> db.get(KEY, null, 0), "target");
    calls.put(() -> db.getAsync(null), "key");
    calls.put(() -> db.read(null, value -> value), "key");
    calls.put(() -> db.read(KEY, null), "reader");
    calls.put(() -> db.contains(null), "key");
    calls.put(() -> snapshot.get(null), "key");
    calls.put(() -> snapshot.in(null), "keyspace");
    calls.put(() -> db.cursor(null), "range");
    calls.put(() -> cursor.seek(null), "key");
    calls.put(() -> cursor.seekFloor(null), "key");
    calls.put(() -> db.compact(null), "range");
    calls.put(() -> db.keyspace(null), "name");
    calls.put(() -> db.keyspace("new", null), "options");
    calls.put(() -> db.dropKeyspace(null), "name");
    calls.put(() -> db.write(null), "batch");
    calls.put(() -> db.write(batch, null), "durability");
    calls.put(() -> db.writeAsync(null), "batch");
    calls.put(() -> batch.put(null, VALUE), "key");
    calls.put(() -> batch.put(KEY, null), "value");
    calls.put(() -> batch.delete(null), "key");
    calls.put(() -> batch.put(null, KEY, VALUE), "keyspace");
    calls.forEach((call, name) ->
        assertThatThrownBy(call::execute)
            .as(name)
            .isInstanceOf(NullPointerException.class)
            .hasMessage(name));
    cursor.close();
    snapshot.close();
    assertThat(batch.size()).isEqualTo(1);
    assertThat(db.stats().lastSequence()).isEqualTo(1);
    assertThat(db.keyspaces()).containsExactly("default");
    assertThat(db.get(KEY)).isEqualTo(VALUE);
  }

  @Test
  void misuse20_theEmptyKeyIsAllowedAndFirstAndAnEmptyBatchDoesNothing() {
    db.put(new byte[] {0}, VALUE);
    db.put(new byte[0], bytes("first"));
    db.put(KEY, new byte[0]);
    assertThat(db.get(new byte[0])).isEqualTo(bytes("first"));
    assertThat(db.get(KEY)).isEmpty();
    try (var entries = db.stream(KeyRange.all())) {
      assertThat(entries.map(e -> e.key().length)).containsExactly(0, 1, 3);
    }
    db.compact();
    assertThat(db.get(new byte[0])).isEqualTo(bytes("first"));
    db.delete(new byte[0]);
    assertThat(db.contains(new byte[0])).isFalse();

    var before = db.stats();
    db.write(db.newBatch());
    db.write(db.newBatch(), Durability.SYNC);
    db.writeAsync(db.newBatch()).join();
    assertThat(db.stats().lastSequence()).isEqualTo(before.lastSequence());
    assertThat(db.stats().writes().batches()).isEqualTo(before.writes().batches());
  }

  @Test
  void misuse21_aKeyOverItsLimitIsRefusedWithBothSizesAndTheBatchStaysUsable() {
    byte[] longest = new byte[Limits.MAX_KEY_BYTES];
    byte[] tooLong = new byte[70_000];
    WriteBatch batch = db.newBatch().put(longest, VALUE);
    long bytes = batch.bytes();
    List<Executable> calls =
        List.of(
            () -> batch.put(tooLong, VALUE),
            () -> batch.delete(tooLong),
            () -> db.put(tooLong, VALUE),
            () -> db.delete(tooLong),
            () -> db.putIfAbsent(tooLong, VALUE),
            () -> db.putAsync(tooLong, VALUE),
            () -> db.get(tooLong),
            () -> db.contains(tooLong));
    for (Executable call : calls) {
      assertThatThrownBy(call::execute)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("70000")
          .hasMessageContaining("65535");
    }
    assertThat(db.getAsync(tooLong)).failsWithin(java.time.Duration.ofSeconds(60));
    assertThat(batch.size()).isEqualTo(1);
    assertThat(batch.bytes()).isEqualTo(bytes);
    batch.put(KEY, VALUE);
    db.write(batch);
    assertThat(db.get(longest)).isEqualTo(VALUE);
    assertThat(db.get(KEY)).isEqualTo(VALUE);
    assertThatThrownBy(() -> db.keyspace("x".repeat(256)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("255")
        .hasMessageContaining("256");
  }

  @Test
  void misuse21_aValueLargerThanTheMemtableHasALogSegmentOfItsOwn() {
    byte[] large = new byte[3 << 20];
    Arrays.fill(large, (byte) 7);
    var options =
        DatabaseOptions.builder().memtableBytes(org.anvildb.api.ByteSize.ofKiB(4)).build();
    try (Database small =
        Anvil.open(
            new org.anvildb.storage.sim.MemoryStorage(),
            new org.anvildb.schedule.ThreadScheduler("test", 1),
            new java.util.Random(1),
            options)) {
      small.put(KEY, large);
      small.put(VALUE, large);
      assertThat(small.get(KEY)).isEqualTo(large);
      small.compact();
      assertThat(small.get(VALUE)).isEqualTo(large);
    }
  }

  @Test
  void misuse22_arraysAreCopiedAtTheCallAndReturnedOnesBelongToTheCaller() {
    byte[] key = KEY.clone();
    byte[] value = VALUE.clone();
    db.put(key, value);
    WriteBatch batch = db.newBatch().put(key, value);
    var range = KeyRange.atLeast(key);
    Arrays.fill(key, (byte) 0);
    Arrays.fill(value, (byte) 0);
    assertThat(db.get(KEY)).isEqualTo(VALUE);
    assertThat(range.contains(bytes("a"))).isFalse();
    db.delete(KEY);
    db.write(batch);
    assertThat(db.get(KEY)).isEqualTo(VALUE);

    byte[] asked = KEY.clone();
    CompletableFuture<byte[]> answer = db.getAsync(asked);
    Arrays.fill(asked, (byte) 0);
    assertThat(answer.join()).isEqualTo(VALUE);

    for (int round = 0; round < 2; round++) {
      Arrays.fill(db.get(KEY), (byte) 1);
      try (Cursor cursor = db.cursor()) {
        assertThat(cursor.next()).isTrue();
        Arrays.fill(cursor.key(), (byte) 1);
        Arrays.fill(cursor.value(), (byte) 1);
        assertThat(cursor.key()).isEqualTo(KEY);
        assertThat(cursor.value()).isEqualTo(VALUE);
        assertThat(cursor.keySegment().isReadOnly()).isTrue();
        assertThat(cursor.valueSegment().isReadOnly()).isTrue();
      }
      Boolean readOnly = db.read(KEY, segment -> segment.isReadOnly());
      assertThat(readOnly).isTrue();
      assertThat(db.get(KEY)).isEqualTo(VALUE);
      db.compact();
    }
  }

  @Test
  void misuse25_aCursorBelongsToTheThreadThatMovedItFirst() {
    db.put(KEY, VALUE);
    try (Cursor cursor = db.cursor()) {
      // Made here, moved there: it belongs to the other one.
      CompletableFuture<String> other =
          CompletableFuture.supplyAsync(
              () -> {
                Thread.currentThread().setName("other thread");
                assertThat(cursor.next()).isTrue();
                return Thread.currentThread().getName();
              },
              Thread::startVirtualThread);
      assertThat(other.join()).isEqualTo("other thread");
      List<Executable> calls =
          List.of(
              cursor::next,
              cursor::previous,
              cursor::first,
              cursor::last,
              cursor::key,
              cursor::value,
              cursor::keySegment,
              cursor::valueSegment,
              () -> cursor.seek(KEY),
              () -> cursor.seekFloor(KEY));
      for (Executable call : calls) {
        assertThatThrownBy(call::execute)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("belongs to one thread")
            .hasMessageContaining("other thread")
            .hasMessageContaining(Thread.currentThread().getName());
      }
    }
  }

  @Test
  void misuse25_readingWhereACursorStandsOnNoEntryIsAnErrorAndMovingPastTheEndIsNot() {
    db.put(KEY, VALUE);
    try (Cursor cursor = db.cursor()) {
      assertNoEntry(cursor);
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.next()).isFalse();
      assertThat(cursor.next()).isFalse();
      assertNoEntry(cursor);
      assertThat(cursor.previous()).isTrue();
      assertThat(cursor.key()).isEqualTo(KEY);
      assertThat(cursor.previous()).isFalse();
      assertThat(cursor.previous()).isFalse();
      assertNoEntry(cursor);
      assertThat(cursor.seek(bytes("z"))).isFalse();
      assertNoEntry(cursor);
      assertThat(cursor.next()).isFalse();
    }
  }

  private static void assertNoEntry(Cursor cursor) {
    List<Executable> calls =
        List.of(cursor::key, cursor::value, cursor::keySegment, cursor::valueSegment);
    for (Executable call : calls) {
      assertThatThrownBy(call::execute).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void misuse25_aBatchOrKeyspaceOfAnotherDatabaseIsRefused() {
    try (Database other = Anvil.openInMemory()) {
      assertThatThrownBy(() -> db.write(other.newBatch().put(KEY, VALUE)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another database");
      assertThatThrownBy(() -> db.newBatch().put(other.keyspace("x"), KEY, VALUE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another database");
      assertThatThrownBy(() -> db.newBatch().put(other, KEY, VALUE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another database");
    }
  }
}

package org.anvildb.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Keyspace;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.Readable;
import org.anvildb.api.Snapshot;
import org.anvildb.api.WriteBatch;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.version.VersionEdit;
import org.junit.jupiter.api.Test;

/** Holds what finding and dropping keyspaces does to those that use them. */
final class KeyspacesTest {
  private static final byte[] KEY = "key".getBytes(UTF_8);
  private static final byte[] VALUE = "value".getBytes(UTF_8);

  @Test
  void lookingForAKeyspaceCreatesNone() {
    try (Database db = Anvil.openInMemory()) {
      assertThat(db.findKeyspace("orders")).isEmpty();
      assertThat(db.keyspaces()).containsExactly(Database.DEFAULT_KEYSPACE);
      KeyspaceOptions options = KeyspaceOptions.defaults().withCodec(KeyspaceOptions.LZ4);
      db.keyspace("orders", options).put(KEY, VALUE);
      Keyspace found = db.findKeyspace("orders").orElseThrow();
      assertThat(found.get(KEY)).isEqualTo(VALUE);
      assertThat(found.options()).isEqualTo(options);
      assertThat(db.findKeyspace(Database.DEFAULT_KEYSPACE).orElseThrow().name())
          .isEqualTo(Database.DEFAULT_KEYSPACE);
      db.dropKeyspace("orders");
      assertThat(db.findKeyspace("orders")).isEmpty();
      assertThatThrownBy(() -> db.findKeyspace("")).isInstanceOf(IllegalArgumentException.class);
      db.close();
      assertThatThrownBy(() -> db.findKeyspace("orders")).isInstanceOf(ClosedException.class);
    }
  }

  @Test
  void aDroppedKeyspaceIsGoneFromSnapshotsButNotFromOpenCursors() {
    try (Database db = Anvil.openInMemory()) {
      Keyspace orders = db.keyspace("orders");
      orders.put(KEY, VALUE);
      try (Snapshot snapshot = db.snapshot();
          Cursor cursor = orders.cursor()) {
        Readable before = snapshot.in(orders);
        assertThat(before.get(KEY)).isEqualTo(VALUE);
        db.dropKeyspace("orders");
        assertThatThrownBy(() -> before.get(KEY)).isInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> snapshot.in(orders)).isInstanceOf(ClosedException.class);
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.value()).isEqualTo(VALUE);
      }
    }
  }

  @Test
  void aBatchForAKeyspaceThatWasDroppedMeanwhileIsRefusedAsAWhole() {
    try (Database db = Anvil.openInMemory()) {
      Keyspace kept = db.keyspace("kept");
      Keyspace orders = db.keyspace("orders");
      WriteBatch batch = db.newBatch();
      batch.put(KEY, VALUE).put(orders, KEY, VALUE).put(kept, KEY, VALUE).delete(orders, KEY);
      db.dropKeyspace("orders");
      assertThatThrownBy(() -> db.write(batch))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("'orders' was dropped");
      assertThatThrownBy(() -> db.writeAsync(batch)).isInstanceOf(ClosedException.class);
      assertThat(db.get(KEY)).isNull();
      assertThat(kept.get(KEY)).isNull();
      batch.clear();
      db.write(batch.put(kept, KEY, VALUE).put(KEY, VALUE));
      assertThat(db.get(KEY)).isEqualTo(VALUE);
      assertThat(kept.get(KEY)).isEqualTo(VALUE);
    }
  }

  @Test
  void aChangeThatComesAfterTheClosingIsRefused() {
    MemoryStorage storage = new MemoryStorage();
    var scheduler = new InlineScheduler(new Random(1));
    Database db = Anvil.open(storage, scheduler, new Random(1), DatabaseOptions.defaults());
    Catalog catalog = ((Engine) db).parts().catalog();
    db.close();
    List<String> files = storage.list();
    assertThatThrownBy(() ->
            catalog.change(version -> List.of(new VersionEdit.DropKeyspace(0)), List.of(), null))
        .isInstanceOf(ClosedException.class);
    assertThat(storage.list()).isEqualTo(files);
  }

  @Test
  void aDatabaseInMemoryTakesOptions() {
    DatabaseOptions options =
        DatabaseOptions.builder().memtableBytes(ByteSize.ofBytes(4 << 10)).build();
    try (Database db = Anvil.openInMemory(options)) {
      for (int i = 0; i < 200; i++) {
        db.put(("key " + i).getBytes(UTF_8), new byte[100]);
      }
      assertThat(db.stats().options()).isEqualTo(options);
      assertThat(db.get("key 0".getBytes(UTF_8))).hasSize(100);
    }
  }
}

package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FilterPolicy;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.Storage;
import org.anvildb.table.TableFixture.Shape;
import org.anvildb.table.TableFixture.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds what happens when a real mapping goes away, or its file is cut, under a reader. */
final class TableCloseTest {
  @TempDir private Path folder;

  private final List<Version> versions =
      TableFixture.versions(new Random(8), Shape.DECIMAL, 20_000, 1);

  @Test
  void everyReadOfAClosedTableIsAnIllegalState() {
    try (Storage storage = LocalStorage.open(folder, true, false)) {
      var fixture = new TableFixture(storage);
      for (String codec : List.of("NONE", "LZ4")) {
        for (FilterPolicy policy : FilterPolicy.values()) {
          TableMeta meta = fixture.write(1, fixture.options(codec, policy, 4096), versions);
          Table table = fixture.open(meta);
          byte[] key = versions.get(77).key();
          assertThat(TableFixture.find(table, key, 0)).isNotNull();
          var cursor = table.cursor();
          cursor.seekFirst();
          table.close();
          table.close();
          assertThatThrownBy(() -> TableFixture.find(table, key, 0))
              .isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> table.cursor().seekFirst())
              .isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> cursor.seekCeiling(key, key.length))
              .isInstanceOf(IllegalStateException.class);
          storage.delete(meta.fileName());
        }
      }
      assertThat(fixture.cache.usedBytes()).isZero();
    }
  }

  @Test
  void readersInTheMiddleOfAReadSeeAnIllegalStateOrTheirData() throws Exception {
    try (Storage storage = LocalStorage.open(folder, true, false);
        var threads = Executors.newFixedThreadPool(2)) {
      for (String codec : List.of("NONE", "LZ4", "NONE", "LZ4", "NONE")) {
        var fixture = new TableFixture(storage);
        TableMeta meta =
            fixture.write(1, fixture.options(codec, FilterPolicy.POINT_INDEX, 4096), versions);
        Table table = fixture.open(meta);
        var reading = new CountDownLatch(2);
        Future<?> first = threads.submit(() -> readUntilClosed(table, 1, reading));
        Future<?> second = threads.submit(() -> readUntilClosed(table, 2, reading));
        reading.await();
        table.close();
        first.get();
        second.get();
        storage.delete(meta.fileName());
      }
    }
  }

  private void readUntilClosed(Table table, int seed, CountDownLatch reading) {
    var random = new Random(seed);
    try {
      for (int n = 0; ; n++) {
        Version expected = versions.get(random.nextInt(versions.size()));
        Version found = TableFixture.mustFind(table, expected.key(), 0);
        assertThat(found.value()).isEqualTo(expected.value());
        if (n == 2000) {
          reading.countDown();
        }
      }
    } catch (IllegalStateException closed) {
      assertThat(closed).hasMessageContaining("closed");
    }
  }

  @Test
  void aFileThatIsCutUnderTheMappingIsCorruptionAndNoCrash() throws IOException {
    try (Storage storage = LocalStorage.open(folder, true, false)) {
      var fixture = new TableFixture(storage);
      TableMeta meta =
          fixture.write(1, fixture.options("NONE", FilterPolicy.POINT_INDEX, 4096), versions);
      try (Table table = fixture.open(meta)) {
        byte[] key = versions.getLast().key();
        assertThat(TableFixture.find(table, key, 0)).isNotNull();
        try (var file = new RandomAccessFile(folder.resolve(meta.fileName()).toFile(), "rw")) {
          file.setLength(4096);
        }
        assertThatThrownBy(() -> TableFixture.find(table, key, 0))
            .isInstanceOf(CorruptionException.class)
            .hasMessageContaining("cut short");
        assertThatThrownBy(() -> TableFixture.scan(table)).isInstanceOf(CorruptionException.class);
        assertThatThrownBy(() -> fixture.open(meta)).isInstanceOf(CorruptionException.class);
        var sink = new CollectingSink();
        table.verify(sink);
        assertThat(sink.problems).isNotEmpty();
      }
    }
  }
}

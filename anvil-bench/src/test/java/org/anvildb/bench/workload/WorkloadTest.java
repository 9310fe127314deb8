package org.anvildb.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.anvildb.bench.data.KeyShape;
import org.anvildb.bench.data.Sink;
import org.anvildb.bench.engine.Engine;
import org.anvildb.bench.engine.Scan;
import org.anvildb.bench.engine.ScanForm;
import org.anvildb.bench.engine.Session;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class WorkloadTest {
  private static final int ENTRIES = 3000;
  private static final Data DATA = Data.of(ENTRIES, KeyShape.DECIMAL, 16, 20);

  @ParameterizedTest
  @EnumSource(names = {"FILLSEQ", "FILLRANDOM", "FILLBATCH"})
  void aFillPutsEveryEntryOnce(Workload workload) {
    Recorder recorder = new Recorder();
    repeat(workload, recorder, workload.extent().steps(ENTRIES));
    assertThat(recorder.puts).hasSize(ENTRIES);
    assertThat(recorder.store).hasSize(ENTRIES);
  }

  @Test
  void aChurnOverwritesEveryEntryFiveTimes() {
    Recorder recorder = filled();
    recorder.puts.clear();
    repeat(Workload.SPACECHURN, recorder, Workload.SPACECHURN.extent().steps(ENTRIES));
    assertThat(recorder.puts).hasSize(5 * ENTRIES);
    assertThat(recorder.store).hasSize(ENTRIES);
  }

  @Test
  void deletingLeavesNothing() {
    Recorder recorder = filled();
    repeat(Workload.DELETESEQ, recorder, ENTRIES);
    assertThat(recorder.store).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "OVERWRITE",
        "READRANDOM",
        "READHOT",
        "READMISSING",
        "READSEQ",
        "READREVERSE",
        "READSEQINPLACE",
        "SEEKRANDOM",
        "YCSB_A",
        "YCSB_B",
        "YCSB_C",
        "YCSB_D",
        "YCSB_E",
        "YCSB_F"
      })
  void stepsFindWhatTheyExpect(Workload workload) {
    Recorder recorder = filled();
    repeat(workload, recorder, 2000);
    assertThat(recorder.store).hasSizeGreaterThanOrEqualTo(ENTRIES);
  }

  @Test
  void insertsOfYcsbLieBetweenTheEntries() {
    Recorder recorder = filled();
    repeat(Workload.YCSB_D, recorder, 4000);
    int inserted = recorder.store.size() - ENTRIES;
    assertThat(inserted).isBetween(100, 300);
    String middle = text(DATA.present(ENTRIES / 2, DATA.keys().newKey()));
    assertThat(recorder.puts.subList(ENTRIES, recorder.puts.size()))
        .filteredOn(key -> key.compareTo(middle) < 0)
        .hasSizeBetween(inserted / 4, inserted * 3 / 4);
  }

  @Test
  void aQueueKeepsItsLength() {
    Recorder recorder = new Recorder();
    Step step = repeat(Workload.QUEUE, recorder, 25_000);
    assertThat(recorder.store).hasSize(1000);
    assertThat(((QueueStep) step).ends())
        .extracting(Outcome::workload)
        .containsExactly("queue-early", "queue-late");
  }

  @Test
  void aCellSurvivesItsWayToAnotherProcess() {
    Cell cell =
        new Cell(
            Engine.ROCKSDB_TUNED,
            Workload.YCSB_E,
            Path.of("/a b/c=d"),
            Path.of("e"),
            5000,
            KeyShape.PREFIXED,
            20,
            7,
            true,
            3,
            9);
    assertThat(Cell.parse(cell.words())).isEqualTo(cell);
  }

  @Test
  void everyNameIsFound() {
    Arrays.stream(Workload.values())
        .forEach(w -> assertThat(Workload.of(w.toString())).isSameAs(w));
    Arrays.stream(Engine.values()).forEach(e -> assertThat(Engine.of(e.toString())).isSameAs(e));
  }

  private static Recorder filled() {
    Recorder recorder = new Recorder();
    repeat(Workload.FILLRANDOM, recorder, ENTRIES);
    return recorder;
  }

  private static Step repeat(Workload workload, Recorder recorder, long steps) {
    Step step = workload.steps().make(DATA, recorder, 0, 1);
    new Meter().run(step, 0, steps, Long.MAX_VALUE);
    return step;
  }

  private static String text(byte[] key) {
    return new String(key, java.nio.charset.StandardCharsets.US_ASCII);
  }

  /** A store of keys alone, that remembers the puts. */
  private static final class Recorder implements Session {
    final List<String> puts = new ArrayList<>();
    final TreeSet<String> store = new TreeSet<>();

    @Override
    public void put(byte[] key, byte[] value) {
      puts.add(text(key));
      store.add(text(key));
    }

    @Override
    public void putBatch(byte[][] keys, byte[][] values) {
      for (int i = 0; i < keys.length; i++) {
        put(keys[i], values[i]);
      }
    }

    @Override
    public void delete(byte[] key) {
      store.remove(text(key));
    }

    @Override
    public boolean get(byte[] key, Sink sink) {
      return store.contains(text(key));
    }

    @Override
    public byte @Nullable [] firstKey() {
      return store.first().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    @Override
    public Scan scan(ScanForm form) {
      return new RecordedScan(store);
    }

    @Override
    public void close() {}
  }

  /** Walks over the keys; in which direction makes no difference to a step. */
  private static final class RecordedScan implements Scan {
    private final TreeSet<String> store;
    private java.util.Iterator<String> keys;

    RecordedScan(TreeSet<String> store) {
      this.store = store;
      this.keys = Set.<String>of().iterator();
    }

    @Override
    public void rewind() {
      keys = store.iterator();
    }

    @Override
    public void seek(byte[] key) {
      keys = store.tailSet(text(key)).iterator();
    }

    @Override
    public int advance(int limit, Sink sink) {
      int count = 0;
      for (; count < limit && keys.hasNext(); count++) {
        keys.next();
      }
      return count;
    }

    @Override
    public void close() {}
  }
}

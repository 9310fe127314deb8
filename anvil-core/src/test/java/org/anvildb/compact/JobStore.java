package org.anvildb.compact;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.StorageException;
import org.anvildb.cursor.CursorModel;
import org.anvildb.cursor.TestEntry;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.Operation;
import org.anvildb.storage.sim.OperationHook;
import org.anvildb.storage.sim.OperationKind;
import org.anvildb.table.BlockCache;
import org.anvildb.table.Codecs;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.table.TableOptions;
import org.anvildb.table.TableWriter;

/** Tables in a storage that notes its operations and can fail one, for tests of jobs. */
final class JobStore {
  static final Codecs CODECS = Codecs.load();
  static final long HASH_SEED = 42;
  static final TableOptions OPTIONS =
      new TableOptions(CODECS.byName("NONE"), FilterPolicy.POINT_INDEX, 4096, HASH_SEED);

  final MemoryStorage storage = new MemoryStorage(Arena::ofConfined);
  final List<String> log = new ArrayList<>();

  /** The files that a job handed on as it could not delete them. */
  final List<String> discarded = new ArrayList<>();

  private final BlockCache cache = new BlockCache(1 << 20);
  private final AtomicLong numbers = new AtomicLong(1);
  private long failAt = Long.MAX_VALUE;
  private boolean failsDeletes;

  JobStore() {
    storage.setHook(new Hook());
  }

  /** Notes each operation, and fails the one that is due. */
  private final class Hook implements OperationHook {
    @Override
    public void before(Operation operation, long index) {
      log.add(operation.kind() + " " + operation.name());
      if (log.size() == failAt || failsDeletes && operation.kind() == OperationKind.DELETE) {
        throw new StorageException("made to fail: " + operation, null);
      }
    }
  }

  /** Lets one operation fail: the one that makes the log this long. */
  void failAt(long operation) {
    failAt = operation;
  }

  /** Lets each deletion fail from now on. */
  void failDeletes() {
    failsDeletes = true;
  }

  /** How jobs make files here; the tables that they hand on stay open. */
  TableFiles files() {
    return new TableFiles(
        storage,
        numbers::getAndIncrement,
        this::open,
        table -> {},
        (file, cause) -> discarded.add(file));
  }

  Table open(TableMeta meta) {
    return Table.open(storage, meta, CODECS, cache, HASH_SEED);
  }

  /** Writes a table and opens it. */
  Table write(List<TestEntry> entries) {
    return open(writeClosed(entries));
  }

  /** Writes a table, flips a bit in its first block and opens it. */
  Table writeDamaged(List<TestEntry> entries) {
    TableMeta meta = writeClosed(entries);
    try (var file = storage.mapWritable(meta.fileName())) {
      byte first = file.memory().get(ValueLayout.JAVA_BYTE, 1);
      file.memory().set(ValueLayout.JAVA_BYTE, 1, (byte) (first ^ 1));
    }
    return open(meta);
  }

  private TableMeta writeClosed(List<TestEntry> entries) {
    long number = numbers.getAndIncrement();
    TableWriter writer =
        new TableWriter(storage.create(TableMeta.fileName(number)), number, OPTIONS);
    for (TestEntry entry : entries) {
      byte[] key = entry.key().bytes();
      byte[] value = entry.value().bytes();
      writer.add(
          key,
          key.length,
          entry.tombstone(),
          entry.sequence(),
          MemorySegment.ofArray(value),
          0,
          value.length);
    }
    return writer.finish();
  }

  /** Reads all entries of a table. */
  List<TestEntry> read(TableMeta meta) {
    List<TestEntry> entries = new ArrayList<>();
    try (Table table = open(meta);
        var cursor = table.cursor()) {
      for (boolean on = cursor.seekFirst(); on; on = cursor.next()) {
        entries.add(CursorModel.read(cursor));
      }
    }
    return entries;
  }

  List<TestEntry> readAll(List<TableMeta> metas) {
    List<TestEntry> entries = new ArrayList<>();
    metas.forEach(meta -> entries.addAll(read(meta)));
    return entries;
  }

  /** Returns the files that are there, with a hash of their content. */
  Map<String, Integer> content() {
    Map<String, Integer> content = new TreeMap<>();
    for (String name : storage.list()) {
      content.put(name, Arrays.hashCode(storage.read(name, 0, (int) storage.size(name))));
    }
    return content;
  }
}

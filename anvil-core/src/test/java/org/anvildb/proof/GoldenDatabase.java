package org.anvildb.proof;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.WriteBatch;
import org.anvildb.log.RecordFormat;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Lane;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.version.FileName;
import org.anvildb.wal.SegmentFormat;

/**
 * A small database in memory that follows from a seed, with the content after each of its batches:
 * what the damage suites damage. Not thread-safe; its mappings belong to one thread.
 *
 * <p>It is kept small, so that every byte of it can be damaged in many ways: a few kilobytes a
 * file.
 */
final class GoldenDatabase {
  static final String SECOND = "second";

  private static final int KEYS = 28;
  private static final String FILE_OF_MANIFEST = FileName.manifest(1);
  private static final long LEFT_MANIFEST = 900;
  private static final long LEFT_TABLE = 901;
  private static final byte[] LEFT_BEHIND = "left behind by an earlier life".getBytes();

  private final String name;
  private final long seed;
  private final Random random;
  private final DatabaseOptions options;
  private final KeyspaceOptions secondOptions;
  private final MemoryStorage making = new MemoryStorage(Arena::ofConfined);
  private final List<Map<String, ByteMap>> contents = new ArrayList<>();
  private MemoryStorage disk = making;
  private MisuseLanes lanes;
  private Database db;
  private final List<byte[]> olderManifests = new ArrayList<>();
  private long least;
  private String newestSegment = "";
  private long before;
  private char firstLetter = 'a';

  private GoldenDatabase(
      String name, long seed, KeyspaceOptions first, KeyspaceOptions secondOptions) {
    this.name = name;
    this.seed = seed;
    this.random = new Random(seed);
    this.secondOptions = secondOptions;
    this.options =
        DatabaseOptions.builder()
            .memtableBytes(ByteSize.ofKiB(4))
            .frozenMemtables(8)
            .blockCacheBytes(ByteSize.ofBytes(0))
            .keyspaceDefaults(first)
            .build();
    contents.add(Map.of(Database.DEFAULT_KEYSPACE, new ByteMap(), SECOND, new ByteMap()));
  }

  /** Makes one of each kind: two whose data is in tables, two whose data is in the log. */
  static List<GoldenDatabase> all(long seed) {
    return List.of(plainTables(seed), lz4Tables(seed), closedLog(seed), killedLog(seed));
  }

  /**
   * Tables without a codec, with a point index and with a Bloom filter, in two levels; one has
   * pages of which an opening reads nothing.
   */
  static GoldenDatabase plainTables(long seed) {
    return plainTables(seed, 'a');
  }

  private static GoldenDatabase plainTables(long seed, char firstLetter) {
    return tables(
        "tables", seed, "NONE", FilterPolicy.POINT_INDEX, FilterPolicy.BLOOM, 820, firstLetter);
  }

  /** Compressed tables, with a point index and without a filter, in two levels. */
  static GoldenDatabase lz4Tables(long seed) {
    return tables("lz4 tables", seed, "LZ4", FilterPolicy.POINT_INDEX, FilterPolicy.NONE, 60, 'a');
  }

  private static GoldenDatabase tables(
      String name,
      long seed,
      String codec,
      FilterPolicy first,
      FilterPolicy second,
      int largest,
      char firstLetter) {
    var golden =
        new GoldenDatabase(
            name,
            seed,
            new KeyspaceOptions(codec, first, 256, 2),
            new KeyspaceOptions(codec, second, 256, 2));
    golden.firstLetter = firstLetter;
    golden.open();
    golden.write(0, KEYS, largest);
    golden.write(2, 16, 30);
    golden.db.compact();
    golden.write(3, 12, 30);
    golden.close();
    golden.leaveBehind();
    return golden;
  }

  /**
   * A log that was closed in good order. Nothing of it is in tables, as if there had been no time
   * for that.
   */
  static GoldenDatabase closedLog(long seed) {
    var golden = logged("closed log", seed, 1);
    golden.close();
    return golden;
  }

  /**
   * The log of a process that was killed: two segments, of which the first and some of the second
   * are synced, as later records tell, and batches behind that that nobody synced.
   */
  static GoldenDatabase killedLog(long seed) {
    var golden = logged("killed log", seed, 2);
    golden.db.sync();
    golden.least = golden.batches();
    for (int i = 0; i < 4; i++) {
      golden.write(3, 2, 60);
    }
    golden.disk.endProcess();
    golden.settle();
    golden.noteNewestSegment();
    golden.leaveBehind();
    return golden;
  }

  /** Fills all but the last of some segments; the flusher gets no turn. */
  private static GoldenDatabase logged(String name, long seed, int segments) {
    var golden =
        new GoldenDatabase(name, seed, KeyspaceOptions.defaults(), KeyspaceOptions.defaults());
    golden.open();
    golden.lanes.hold(Lane.FLUSH);
    while (golden.db.stats().memory().frozen() < segments - 1) {
      golden.write(3, 4, 400);
    }
    for (int i = 0; i < 4; i++) {
      golden.write(3, 4, 100);
    }
    return golden;
  }

  String name() {
    return name;
  }

  long seed() {
    return seed;
  }

  DatabaseOptions options() {
    return options;
  }

  /** Tells whether a file is of no interest here: an empty log, which another one has too. */
  boolean isRepeated(String file) {
    return name.endsWith("tables") && file.endsWith(".wal");
  }

  /**
   * Tells whether nobody may notice damage of a byte: that of a file that nothing needs, of the
   * mark without content at the end of a manifest, or of what is unused of a log.
   */
  boolean isSpare(String file, int offset) {
    FileName parsed = FileName.parse(file);
    return switch (parsed.kind()) {
      case CURRENT, LOCK -> false;
      case CURRENT_DRAFT, WAL -> true;
      case MANIFEST ->
          parsed.number() == LEFT_MANIFEST || offset >= disk.size(file) - RecordFormat.HEADER_BYTES;
      case TABLE -> parsed.number() == LEFT_TABLE;
    };
  }

  /** Returns how many batches there are. */
  long batches() {
    return contents.size() - 1L;
  }

  /** Returns how many batches must be there whatever single thing is damaged, if any may go. */
  long leastBatches() {
    return least;
  }

  /**
   * Returns how many batches must be there if just these files are damaged, and any may go. Only
   * the newest segment with synced batches of a log that was not closed in good order can take
   * along what tells that these were synced: those before it must be there even then.
   */
  long leastBatches(Set<String> damaged) {
    return damaged.contains(newestSegment) ? before : least;
  }

  /** Returns the content after a number of batches, by keyspace. */
  Map<String, ByteMap> content(long batches) {
    return contents.get((int) batches);
  }

  /** Returns the keys that were ever written, and some that never were. */
  static List<byte[]> keys() {
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < KEYS + 4; i++) {
      keys.add(key(i));
    }
    return keys;
  }

  /** Returns what the manifest held at some earlier moments. */
  List<byte[]> olderManifests() {
    return olderManifests;
  }

  /**
   * Returns databases with the same identity and the same keys, but other values: as if a copy had
   * been put back and had gone another way since. Their tables have our names and sizes.
   */
  List<GoldenDatabase> twins() {
    return name.equals("tables") ? List.of(plainTables(seed, 'b')) : List.of();
  }

  /** Returns all files and their bytes. */
  TreeMap<String, byte[]> files() {
    return files(disk);
  }

  static TreeMap<String, byte[]> files(MemoryStorage storage) {
    TreeMap<String, byte[]> files = new TreeMap<>();
    for (String file : storage.list()) {
      files.put(file, storage.read(file, 0, (int) storage.size(file)));
    }
    return files;
  }

  /** Returns a disk of its own with the same files. */
  MemoryStorage copy() {
    return disk.crashedCopy(new CrashPlan(CrashMode.EVERYTHING, seed));
  }

  /** Returns a copy in which one file has other bytes, or is new. */
  MemoryStorage with(String file, byte[] bytes) {
    MemoryStorage copy = copy();
    put(copy, file, bytes);
    return copy;
  }

  /** Puts a file in the place of what has its name. */
  static void put(MemoryStorage storage, String file, byte[] bytes) {
    if (storage.exists(file)) {
      storage.delete(file);
    }
    try (AppendFile written = storage.create(file)) {
      written.append(bytes, 0, bytes.length);
    }
  }

  /** Frees what the database holds. */
  void end() {
    disk.powerOff();
    making.powerOff();
  }

  @Override
  public String toString() {
    return name;
  }

  private void open() {
    lanes = new MisuseLanes(new InlineScheduler(random));
    db = Anvil.open(making, lanes, random, options);
    noteManifest();
    db.keyspace(SECOND, secondOptions);
    noteManifest();
  }

  private void close() {
    db.close();
    least = batches();
    settle();
  }

  /** Lets all bytes count as synced, so that a copy costs nothing and a crash changes nothing. */
  private void settle() {
    disk = copy();
  }

  /** Keeps which segment is the newest with synced batches, and how many are before it. */
  private void noteNewestSegment() {
    for (Map.Entry<String, byte[]> file : files().entrySet()) {
      long number = SegmentFormat.number(file.getKey());
      if (number > 0) {
        MemorySegment memory = MemorySegment.ofArray(file.getValue());
        SegmentFormat.Header header = SegmentFormat.decode(file.getKey(), memory);
        boolean isBegun = header != null && header.number() == number;
        if (isBegun && header.firstSequence() <= least) {
          newestSegment = file.getKey();
          before = header.firstSequence() - 1;
        }
      }
    }
  }

  /** Files with names of ours that nothing needs: what a crash or a failed deletion leaves. */
  private void leaveBehind() {
    put(disk, FileName.manifest(LEFT_MANIFEST), LEFT_BEHIND);
    put(disk, FileName.table(LEFT_TABLE), LEFT_BEHIND);
    put(disk, new FileName(FileName.Kind.CURRENT_DRAFT, 0).text(), LEFT_BEHIND);
    settle();
  }

  /**
   * Writes a batch of puts and a few deletes.
   *
   * @param share one of how many goes into the second keyspace; 0 for none: then each key is put
   */
  private void write(int share, int operations, int largest) {
    WriteBatch batch = db.newBatch();
    Map<String, ByteMap> next = new LinkedHashMap<>();
    contents.getLast().forEach((keyspace, map) -> next.put(keyspace, new ByteMap(map)));
    for (int i = 0; i < operations; i++) {
      boolean isSecond = share > 0 && random.nextInt(share) == 0;
      String keyspace = isSecond ? SECOND : Database.DEFAULT_KEYSPACE;
      byte[] key = key(share == 0 ? i : random.nextInt(KEYS));
      if (share > 0 && random.nextInt(5) == 0) {
        batch.delete(db.keyspace(keyspace), key);
        next.get(keyspace).delete(key);
      } else {
        byte[] value = value(largest);
        batch.put(db.keyspace(keyspace), key, value);
        next.get(keyspace).put(key, value);
      }
    }
    db.write(batch, Durability.OS);
    contents.add(next);
    noteManifest();
  }

  /** Keeps what the manifest holds at this moment. */
  private void noteManifest() {
    byte[] now = making.read(FILE_OF_MANIFEST, 0, (int) making.size(FILE_OF_MANIFEST));
    if (olderManifests.isEmpty() || olderManifests.getLast().length < now.length) {
      olderManifests.add(now);
    }
  }

  private static byte[] key(int number) {
    String text = number % 3 == 0 ? "k" + number : "shared/prefix/" + number;
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Draws a value that compresses. */
  private byte[] value(int most) {
    byte[] value = new byte[most - random.nextInt(1 + most / 16)];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) (firstLetter + random.nextInt(4));
    }
    return value;
  }
}

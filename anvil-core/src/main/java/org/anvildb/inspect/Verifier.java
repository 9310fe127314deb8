package org.anvildb.inspect;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.anvildb.api.AnvilException;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.VerifyReport;
import org.anvildb.log.RecordFormat;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.Storage;
import org.anvildb.table.BlockCache;
import org.anvildb.table.Codecs;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.table.VerifyTally;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.ManifestReader;
import org.anvildb.version.RecoveredVersion;
import org.anvildb.version.Version;
import org.anvildb.wal.BatchReader;
import org.anvildb.wal.BatchSink;
import org.anvildb.wal.WalReplay;

/**
 * Reads every byte of a closed database: CURRENT and the manifest, every live table, the log. It
 * changes nothing, and goes on behind what is damaged as far as that is possible.
 */
public final class Verifier {
  private final Storage storage;
  private final boolean isDeep;
  private final VerifyTally tally = new VerifyTally();

  private Verifier(Storage storage, boolean isDeep) {
    this.storage = storage;
    this.isDeep = isDeep;
  }

  /**
   * Verifies a database.
   *
   * @param storage its directory
   * @param isDeep whether each table is also read as users' reads do
   * @return what was checked and found
   */
  public static VerifyReport verify(Storage storage, boolean isDeep) {
    try (DirectoryLock lock = storage.lock(Duration.ZERO)) {
      lock.ensureValid();
      return new Verifier(storage, isDeep).run();
    }
  }

  private VerifyReport run() {
    RecoveredVersion recovered;
    tally.file();
    try {
      recovered = ManifestReader.read(storage);
    } catch (AnvilException e) {
      tally.failure("CURRENT", e);
      return tally.report();
    }
    if (recovered == null) {
      throw new NotADatabaseException("there is no database at " + storage.location());
    }
    Version version = recovered.version();
    Codecs codecs = Codecs.load();
    for (KeyspaceVersion keyspace : version.keyspaces()) {
      for (int level = 0; level <= keyspace.levels().lastUsed(); level++) {
        for (TableMeta meta : keyspace.levels().tables(level)) {
          verify(meta, codecs, version);
        }
        checkDisjoint(level, keyspace.levels().tables(level));
      }
    }
    verifyLog(version);
    return tally.report();
  }

  private void verify(TableMeta meta, Codecs codecs, Version version) {
    tally.file();
    long hashSeed = version.hashSeed();
    try (Table table = Table.open(storage, meta, codecs, new BlockCache(0), hashSeed)) {
      table.verify(tally);
      if (isDeep) {
        new DeepTableCheck(table, hashSeed, version.lastSequence(), tally).run();
      }
    } catch (AnvilException e) {
      tally.failure(meta.fileName(), e);
    }
  }

  /** Checks that from level 1 on the tables ascend and have no key in common. */
  private void checkDisjoint(int level, List<TableMeta> tables) {
    for (int i = 1; level > 0 && i < tables.size(); i++) {
      if (Arrays.compareUnsigned(tables.get(i - 1).largest(), tables.get(i).smallest()) >= 0) {
        tally.problem(
            tables.get(i).fileName(), -1, "overlaps with its neighbour in level " + level);
      }
    }
  }

  private void verifyLog(Version version) {
    long database = RecordFormat.shortId(version.databaseId());
    try (WalReplay replay = new WalReplay(storage, database)) {
      replay.replay(
          version.walFloor(), version.lastSequence(), new Counter(version.nextKeyspace()));
    } catch (AnvilException e) {
      tally.failure("the log", e);
    }
  }

  /** Counts what the log holds; the replay itself does most of the checking. */
  private final class Counter implements BatchSink {
    private final int nextKeyspace;
    private long segment;
    private MemorySegment log = MemorySegment.NULL;

    Counter(int nextKeyspace) {
      this.nextKeyspace = nextKeyspace;
    }

    @Override
    public void segment(long number, MemorySegment memory) {
      segment = number;
      log = memory;
      tally.file();
      tally.bytes(memory.byteSize());
    }

    @Override
    public void batch(long sequence, long offset, int length, int operations) {
      int highest = BatchReader.highestKeyspace(log, offset, operations);
      if (highest >= nextKeyspace) {
        throw BatchReader.neverCreated(segment, offset, highest);
      }
      tally.entries(operations);
      tally.record();
    }
  }
}

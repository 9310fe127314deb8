package org.anvildb.bench.leaf;

import java.lang.foreign.MemorySegment;
import org.anvildb.api.FilterPolicy;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.table.BlockCache;
import org.anvildb.table.Codecs;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.table.TableOptions;
import org.anvildb.table.TableWriter;

/** A table in memory. No state. */
final class TableFile {
  private static final int BLOCK_BYTES = 8192;
  private static final long CACHE_BYTES = 64 << 20;

  private TableFile() {}

  /** Writes each entry whose number leaves a rest when divided by a step, and opens the table. */
  static Table write(int entries, int step, int rest, FilterPolicy policy) {
    MemoryStorage storage = new MemoryStorage();
    Codecs codecs = Codecs.load();
    TableOptions options =
        new TableOptions(codecs.byName("NONE"), policy, BLOCK_BYTES, Keys.HASH_SEED);
    TableWriter writer = new TableWriter(storage.create(TableMeta.fileName(1)), 1, options);
    MemorySegment value = MemorySegment.ofArray(Keys.halfRandom(Keys.VALUE_BYTES));
    for (int i = rest; i < entries; i += step) {
      writer.add(Keys.present(i), Keys.KEY_BYTES, false, 0, value, 0, Keys.VALUE_BYTES);
    }
    TableMeta meta = writer.finish();
    return Table.open(storage, meta, codecs, new BlockCache(CACHE_BYTES), Keys.HASH_SEED);
  }
}

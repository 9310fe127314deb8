package org.anvildb.compact;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.StorageException;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.table.TableMeta;

/**
 * Writes a frozen memtable to tables of level 0, keyspace by keyspace. Runs once, in one thread.
 *
 * <p>A keyspace gets one table, or none if nothing is left of its entries, or several whose ranges
 * are disjoint: where {@link FlushCuts} says so, and above the largest size of a table. All tables
 * of the flush are durable when it returns. When it fails or is cancelled it deletes what it wrote.
 * It knows no manifest: the caller makes the tables known.
 */
public final class FlushJob {
  private final TableFiles files;
  private final long[] snapshots;
  private final long maxTableBytes;
  private final LongConsumer hashes;
  private final BooleanSupplier cancelled;

  /**
   * Makes a job.
   *
   * @param files makes the files
   * @param snapshots the sequence numbers of the open snapshots, in ascending order
   * @param maxTableBytes a table that reaches this size is ended at the next key
   * @param hashes is told the hash of each key that is written, where keyspaces hash them
   * @param cancelled is asked every few thousand entries, or megabytes, whether to give up
   */
  public FlushJob(
      TableFiles files,
      long[] snapshots,
      long maxTableBytes,
      LongConsumer hashes,
      BooleanSupplier cancelled) {
    this.files = files;
    this.snapshots = snapshots.clone();
    this.maxTableBytes = maxTableBytes;
    this.hashes = hashes;
    this.cancelled = cancelled;
  }

  /**
   * Writes the tables.
   *
   * @param inputs one for each keyspace that the memtable has entries of; closed in any case
   * @return the tables, in the order of the inputs and of keys; empty if cancelled
   */
  public Optional<List<FlushedTable>> run(List<FlushInput> inputs) {
    List<OutputTables> outputs = new ArrayList<>();
    try {
      List<FlushedTable> flushed = new ArrayList<>();
      for (FlushInput input : inputs) {
        OutputTables tables = new OutputTables(files, input.options(), hashes);
        outputs.add(tables);
        if (!write(input, tables)) {
          outputs.forEach(OutputTables::giveUp);
          return Optional.empty();
        }
        for (TableMeta meta : tables.finish()) {
          boolean isHashed = input.options().filterPolicy() != FilterPolicy.NONE;
          flushed.add(new FlushedTable(input.keyspace(), meta, isHashed));
        }
      }
      if (!flushed.isEmpty()) {
        files.syncNames();
      }
      outputs.forEach(OutputTables::keep);
      return Optional.of(List.copyOf(flushed));
    } catch (InternalError e) {
      StorageException failure =
          new StorageException(
              "the log segment under a memtable can't be read: it was cut short, or its device"
                  + " failed; nothing was changed; close the database and open it again",
              e);
      abandon(outputs, failure);
      throw failure;
    } catch (Throwable e) {
      abandon(outputs, e);
      throw e;
    } finally {
      inputs.forEach(input -> input.versions().close());
    }
  }

  /** Writes one keyspace; returns whether it got to the end. */
  private boolean write(FlushInput input, OutputTables tables) {
    InternalCursor versions = input.versions();
    var kept =
        new CompactionCursor(versions, snapshots, input.rule(), read -> cancelled.getAsBoolean());
    tables.write(kept, new OutputSplitter(input.cuts(), maxTableBytes));
    return !kept.stopped();
  }

  private static void abandon(List<OutputTables> outputs, Throwable reason) {
    outputs.forEach(tables -> tables.abandon(reason));
  }
}

package org.anvildb.compact;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.anvildb.storage.Closer;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.table.TableOptions;
import org.anvildb.table.TableWriter;
import org.jspecify.annotations.Nullable;

/**
 * The tables that one job writes: one after the other in key order, all of them or none. Not
 * thread-safe.
 *
 * <p>A file is created with its first entry, so a job whose entries are all dropped leaves nothing.
 * A finished table is durable and was read back; its name becomes durable when the job syncs the
 * directory, once for all.
 */
final class OutputTables {
  private final TableFiles files;
  private final TableOptions options;
  private final LongConsumer hashes;
  private final List<TableMeta> finished = new ArrayList<>();
  private final List<String> created = new ArrayList<>();

  /** The finished tables, and one that may fail its proof, open. */
  private final List<Table> opened = new ArrayList<>();

  private @Nullable TableWriter writer;
  private long finishedBytes;

  /**
   * Makes none yet.
   *
   * @param hashes is told the hash of each key, if the options have keys hashed
   */
  OutputTables(TableFiles files, TableOptions options, LongConsumer hashes) {
    this.files = files;
    this.options = options;
    this.hashes = hashes;
  }

  /** Returns the length of the table that is being written, about; 0 if there is none. */
  long openBytes() {
    return writer == null ? 0 : writer.estimatedBytes();
  }

  /** Returns the length of the finished tables. */
  long finishedBytes() {
    return finishedBytes;
  }

  /**
   * Writes what a cursor keeps, up to its end, and cuts where a splitter says. The last table stays
   * unfinished.
   */
  void write(CompactionCursor kept, OutputSplitter splitter) {
    while (kept.next()) {
      if (kept.startsKey() && splitter.cutsBefore(kept.key(), kept.keyLength(), openBytes())) {
        cut();
      }
      add(kept);
    }
  }

  private void add(CompactionCursor entry) {
    TableWriter open = writer == null ? create() : writer;
    open.add(
        entry.key(),
        entry.keyLength(),
        entry.tombstone(),
        entry.sequence(),
        entry.valueMemory(),
        entry.valueOffset(),
        entry.valueLength());
  }

  private TableWriter create() {
    long number = files.numbers().getAsLong();
    String name = TableMeta.fileName(number);
    var file = files.storage().create(name);
    created.add(name);
    TableWriter open = new TableWriter(file, number, options);
    writer = open;
    return open;
  }

  /** Finishes the table that is being written, if there is one: syncs it and reads it back. */
  private void cut() {
    TableWriter open = writer;
    if (open == null) {
      return;
    }
    TableMeta meta = open.finish();
    open.forEachKeyHash(hashes);
    writer = null;
    Table table = files.opener().apply(meta);
    opened.add(table);
    TableProof.check(table, meta);
    finished.add(meta);
    finishedBytes += meta.fileBytes();
  }

  /** Finishes the last table and returns all, in key order. */
  List<TableMeta> finish() {
    cut();
    return List.copyOf(finished);
  }

  /** Hands the open tables on; the last step of a job, when all are durable. */
  void keep() {
    opened.forEach(files.keeper());
    opened.clear();
  }

  /** Deletes all files, finished ones too; what fails then is added to the reason. */
  void abandon(Throwable reason) {
    Closer closer = new Closer(reason);
    close(closer);
    for (String name : takeCreated()) {
      closer.close(() -> files.storage().delete(name));
    }
  }

  /** Deletes all files of a job that is given up; what can't be deleted goes to the discarder. */
  void giveUp() {
    // How a file closes that is about to be deleted is of no interest.
    close(new Closer());
    for (String name : takeCreated()) {
      try {
        files.storage().delete(name);
      } catch (RuntimeException | Error e) {
        files.discarder().accept(name, e);
      }
    }
  }

  private void close(Closer closer) {
    TableWriter open = writer;
    writer = null;
    if (open != null) {
      closer.close(open::abandon);
    }
    opened.forEach(table -> closer.close(table::close));
    opened.clear();
  }

  private List<String> takeCreated() {
    List<String> names = List.copyOf(created);
    created.clear();
    finished.clear();
    return names;
  }
}

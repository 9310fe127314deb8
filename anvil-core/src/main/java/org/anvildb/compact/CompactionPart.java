package org.anvildb.compact;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.cursor.MergingCursor;
import org.anvildb.table.TableMeta;
import org.jspecify.annotations.Nullable;

/**
 * One part of a {@link CompactionJob}: its keys, the tables it writes, and how it ended. Runs once,
 * in any thread; what it has come to is for whoever knows that it ended, a later thread in order.
 */
final class CompactionPart {
  private final CompactionTask task;
  private final OutputTables outputs;
  private List<TableMeta> tables = List.of();
  private @Nullable Throwable failure;
  private long entriesRead;
  private boolean stopped;

  CompactionPart(TableFiles files, CompactionTask task) {
    this.task = task;
    this.outputs = new OutputTables(files, task.options(), hash -> {});
  }

  /** Merges; what fails is kept for {@link #failure()}, what was written for its end. */
  void run(BooleanSupplier cancelled) {
    try (InternalCursor merged =
        MergingCursor.of(task.runs().stream().map(TableRun::cursor).toList())) {
      var kept =
          new CompactionCursor(
              merged, task.part(), task.snapshots(), task.rule(), read -> cancelled.getAsBoolean());
      outputs.write(kept, task.splitter());
      entriesRead = kept.entriesRead();
      stopped = kept.stopped();
      if (!stopped) {
        tables = outputs.finish();
      }
    } catch (Throwable e) {
      // Kept, not thrown: the other parts have to end before anyone may be told.
      failure = e;
    }
  }

  @Nullable Throwable failure() {
    return failure;
  }

  boolean stopped() {
    return stopped;
  }

  /** Returns how many entries were read, dropped ones among them. */
  long entriesRead() {
    return entriesRead;
  }

  /** Returns the finished tables in key order. */
  List<TableMeta> tables() {
    return tables;
  }

  long bytesWritten() {
    return outputs.finishedBytes();
  }

  void keep() {
    outputs.keep();
  }

  void abandon(Throwable reason) {
    outputs.abandon(reason);
  }

  void giveUp() {
    outputs.giveUp();
  }
}

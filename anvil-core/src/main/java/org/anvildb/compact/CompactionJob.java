package org.anvildb.compact;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.StorageException;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.cursor.MergingCursor;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;

/**
 * Merges tables into new ones. Runs once, in one thread; the progress may be read from any.
 *
 * <p>It first reads the ends of every input, and names all that can't be read before it writes
 * anything. Each output is synced and read back, and the number of entries read has to be the sum
 * of the inputs'. When it fails or is cancelled it deletes what it wrote, and never touches an
 * input. It knows no manifest: the caller makes the outputs known and retires the inputs.
 *
 * <p>Cost: the pass that reads an output back ({@link TableProof}) is about a fifth of the whole.
 * Measured, 4 inputs of 16-byte keys and 100-byte values without compression: 230-300 ns an entry
 * read, of them 50-65 for the merge, 35-45 for the proof, the rest for the writer.
 */
public final class CompactionJob {
  private final TableFiles files;
  private final CompactionTask task;
  private final BooleanSupplier cancelled;
  private final List<Table> inputs;
  private final long inputEntries;
  private final long inputBytes;
  private volatile long bytesReadSoFar;
  private volatile long bytesWrittenSoFar;

  /**
   * Makes a job.
   *
   * @param files makes the files
   * @param task what to do
   * @param cancelled is asked every few thousand entries whether to give up
   */
  public CompactionJob(TableFiles files, CompactionTask task, BooleanSupplier cancelled) {
    this.files = files;
    this.task = task;
    this.cancelled = cancelled;
    this.inputs = task.runs().stream().flatMap(List::stream).toList();
    this.inputEntries = inputs.stream().mapToLong(table -> table.meta().entries()).sum();
    this.inputBytes = inputs.stream().mapToLong(table -> table.meta().fileBytes()).sum();
  }

  /** Returns how much was read so far, about; for statistics. */
  public long bytesReadSoFar() {
    return bytesReadSoFar;
  }

  /** Returns how much was written so far, about; for statistics. */
  public long bytesWrittenSoFar() {
    return bytesWrittenSoFar;
  }

  /**
   * Merges.
   *
   * @return the outputs, or empty if cancelled
   * @throws CorruptionException if an input or an output is damaged
   */
  public Optional<CompactionResult> run() {
    InputCheck.requireReadable(inputs);
    OutputTables outputs = new OutputTables(files, task.options(), hash -> {});
    try (InternalCursor merged =
        MergingCursor.of(task.runs().stream().map(TableRun::cursor).toList())) {
      var kept =
          new CompactionCursor(merged, task.snapshots(), task.rule(), read -> pause(read, outputs));
      outputs.write(kept, task.splitter());
      if (kept.stopped()) {
        outputs.abandon(new CancellationException());
        return Optional.empty();
      }
      return Optional.of(finish(kept, outputs));
    } catch (InternalError e) {
      StorageException failure = unreadable(e);
      outputs.abandon(failure);
      throw failure;
    } catch (Throwable e) {
      outputs.abandon(e);
      throw e;
    }
  }

  /** Turns the error of a mapped access, which names no file, into an exception. */
  private StorageException unreadable(InternalError error) {
    return new StorageException(
        "an input of a compaction can't be read, one of "
            + inputNames()
            + ": it was cut short, or its device failed; nothing was changed; verify the database",
        error);
  }

  private List<String> inputNames() {
    return inputs.stream().map(table -> table.meta().fileName()).toList();
  }

  /** Notes the progress, and tells whether to give up. */
  private boolean pause(long entriesRead, OutputTables outputs) {
    bytesReadSoFar = (long) ((double) inputBytes * entriesRead / Math.max(1, inputEntries));
    bytesWrittenSoFar = outputs.finishedBytes() + outputs.openBytes();
    return cancelled.getAsBoolean();
  }

  private CompactionResult finish(CompactionCursor kept, OutputTables outputs) {
    if (kept.entriesRead() != inputEntries) {
      throw new CorruptionException(
          inputs.getFirst().meta().fileName(),
          -1,
          "this and the other inputs of a compaction, "
              + inputNames()
              + ", have "
              + inputEntries
              + " entries, but "
              + kept.entriesRead()
              + " were read; nothing was changed; verify the database");
    }
    List<TableMeta> tables = outputs.finish();
    if (!tables.isEmpty()) {
      files.syncNames();
    }
    outputs.keep();
    bytesReadSoFar = inputBytes;
    bytesWrittenSoFar = outputs.finishedBytes();
    long entriesWritten = tables.stream().mapToLong(TableMeta::entries).sum();
    return new CompactionResult(
        tables, inputBytes, outputs.finishedBytes(), inputEntries, entriesWritten);
  }
}

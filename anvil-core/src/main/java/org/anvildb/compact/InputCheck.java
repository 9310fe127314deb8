package org.anvildb.compact;

import java.util.ArrayList;
import java.util.List;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.StorageException;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.table.Table;

/**
 * The check that every input of a compaction can be read at all, made before anything is written.
 *
 * <p>All inputs are tried, and one exception names all that fail: whoever repairs the store learns
 * of all of them at once.
 */
final class InputCheck {
  private final List<String> problems = new ArrayList<>();
  private final List<Throwable> causes = new ArrayList<>();
  private String firstFile = "";
  private boolean damaged;

  private InputCheck() {}

  /**
   * Reads the first and the last entry of each table.
   *
   * @throws CorruptionException if bytes of some are wrong; names all that can't be read
   * @throws StorageException if reading some failed otherwise; names them too
   */
  static void requireReadable(List<Table> tables) {
    InputCheck check = new InputCheck();
    for (Table table : tables) {
      check.attempt(table);
    }
    if (!check.problems.isEmpty()) {
      throw check.failure(tables.size());
    }
  }

  private void attempt(Table table) {
    try (InternalCursor cursor = table.cursor()) {
      if (!cursor.seekFirst() || !cursor.seekLast()) {
        throw new CorruptionException(table.meta().fileName(), -1, "it has no entries");
      }
    } catch (CorruptionException e) {
      damaged = true;
      note(table, e);
    } catch (StorageException | InternalError e) {
      note(table, e);
    }
  }

  private void note(Table table, Throwable cause) {
    String file = table.meta().fileName();
    if (problems.isEmpty()) {
      firstFile = file;
    }
    String text = String.valueOf(cause.getMessage());
    problems.add(text.contains(file) ? text : file + ": " + text);
    causes.add(cause);
  }

  private AnvilException failure(int inputs) {
    String text =
        problems.size()
            + " of the "
            + inputs
            + " input tables of a compaction can't be read, and nothing was changed: "
            + String.join("; ", problems);
    Throwable first = causes.getFirst();
    AnvilException failure =
        damaged
            ? new CorruptionException(firstFile, -1, text, first)
            : new StorageException(text, first);
    causes.subList(1, causes.size()).forEach(failure::addSuppressed);
    return failure;
  }
}

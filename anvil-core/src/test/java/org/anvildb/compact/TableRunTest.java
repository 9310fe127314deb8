package org.anvildb.compact;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.anvildb.cursor.EmptyCursor;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.cursor.InternalCursorContract;
import org.anvildb.cursor.TestEntry;
import org.anvildb.table.Table;

/** Tests {@link TableRun}, and with it cursors over real tables. */
final class TableRunTest extends InternalCursorContract {
  @Override
  protected InternalCursor open(List<TestEntry> entries, Random random) {
    if (entries.isEmpty()) {
      return EmptyCursor.INSTANCE;
    }
    JobStore store = new JobStore();
    List<Table> tables = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= entries.size(); i++) {
      boolean isLast = i == entries.size();
      if (isLast
          || (random.nextInt(10) == 0 && !entries.get(i).key().equals(entries.get(i - 1).key()))) {
        tables.add(store.write(entries.subList(from, i)));
        from = i;
      }
    }
    return TableRun.cursor(tables);
  }

  @Override
  protected int seeds() {
    return 100;
  }
}

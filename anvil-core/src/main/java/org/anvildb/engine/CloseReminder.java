package org.anvildb.engine;

import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * Closes a database that was dropped without a close, with a warning that names the place where it
 * was opened. Keyspaces, cursors, snapshots and batches hold their database, so it goes only when
 * nobody can use any of them.
 *
 * <p>A safety net, not a way to close: when the collector comes, and whether at all, is not known.
 * The thread of the cleaner is the JVM's own kind, so that it keeps no class loader alive.
 */
public final class CloseReminder {
  private static final System.Logger LOG = System.getLogger("org.anvildb");
  private static final Cleaner CLEANER = Cleaner.create();

  private CloseReminder() {}

  /** Watches a database; to be called on the thread that opens it, below the user's code. */
  public static Engine watch(Engine engine) {
    boolean watched = false;
    try {
      CLEANER.register(engine, new Dropped(engine.parts(), engine.shutdown(), CreationSite.find()));
      watched = true;
      return engine;
    } finally {
      if (!watched) {
        engine.close();
      }
    }
  }

  /** What is left of a dropped database: all but the {@link Engine} itself. */
  private record Dropped(Parts parts, Shutdown shutdown, StackWalker.@Nullable StackFrame site)
      implements Runnable {
    @Override
    public void run() {
      if (parts.health().isClosed()) {
        return;
      }
      try {
        shutdown.run();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "closing a dropped database failed", e);
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "AnvilDB at {0}: never closed by its user, and closed now that nothing uses it; it was"
              + " opened at {1}: use try-with-resources there",
          parts.storage().location(),
          CreationSite.describe(site));
    }
  }
}

package org.anvildb.engine;

import org.jspecify.annotations.Nullable;

/** The place in the user's code that a call of the database comes from, for warnings. */
final class CreationSite {
  private static final StackWalker WALKER = StackWalker.getInstance();

  private CreationSite() {}

  /** Finds the innermost frame above the engine's own and the JDK's; null if there is none. */
  static StackWalker.@Nullable StackFrame find() {
    return WALKER.walk(frames ->
        frames.filter(frame -> !isNotTheUsers(frame.getClassName())).findFirst().orElse(null));
  }

  /** Says where a place is, for messages. */
  static String describe(StackWalker.@Nullable StackFrame site) {
    return site == null ? "an unknown place" : site.toStackTraceElement().toString();
  }

  private static boolean isNotTheUsers(String type) {
    return type.equals("org.anvildb.Anvil")
        || type.startsWith("java.")
        || type.startsWith("org.anvildb.engine.")
        || type.startsWith("org.anvildb.api.");
  }
}

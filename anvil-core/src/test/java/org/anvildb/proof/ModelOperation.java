package org.anvildb.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One operation of a history that is run on a database and on its model. What it reads or writes
 * follows from its own seed alone, so the others mean the same with or without it.
 */
record ModelOperation(Kind kind, long seed) {
  /** What is done. */
  enum Kind {
    PUT,
    DELETE,
    BATCH,
    CONDITIONAL,
    GET,
    SNAPSHOT,
    READ_SNAPSHOT,
    WALK,
    COMPACT,
    REOPEN
  }

  /** Draws a history. */
  static List<ModelOperation> history(long seed, int operations) {
    Random random = new Random(seed);
    List<ModelOperation> history = new ArrayList<>(operations);
    for (int i = 0; i < operations; i++) {
      history.add(draw(random));
    }
    return history;
  }

  /** Draws one operation. */
  static ModelOperation draw(Random random) {
    return new ModelOperation(kind(random.nextInt(10_000)), random.nextLong());
  }

  private static Kind kind(int dice) {
    if (dice < 3_600) {
      return Kind.PUT;
    } else if (dice < 4_600) {
      return Kind.DELETE;
    } else if (dice < 5_300) {
      return Kind.BATCH;
    } else if (dice < 5_800) {
      return Kind.CONDITIONAL;
    } else if (dice < 9_200) {
      return Kind.GET;
    } else if (dice < 9_400) {
      return Kind.SNAPSHOT;
    } else if (dice < 9_700) {
      return Kind.READ_SNAPSHOT;
    } else if (dice < 9_990) {
      return Kind.WALK;
    } else if (dice < 9_997) {
      return Kind.COMPACT;
    }
    return Kind.REOPEN;
  }

  @Override
  public String toString() {
    return kind + "(" + seed + ")";
  }
}

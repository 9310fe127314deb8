package org.anvildb.storage.sim;

import java.util.Objects;

/**
 * How a crash goes: the same plan on the same storage leaves the same disk.
 *
 * @param mode which changes can survive
 * @param seed decides between these
 */
public record CrashPlan(CrashMode mode, long seed) {
  /** Makes a plan. */
  public CrashPlan {
    Objects.requireNonNull(mode, "mode");
  }
}

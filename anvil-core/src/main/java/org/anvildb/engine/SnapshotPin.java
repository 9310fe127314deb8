package org.anvildb.engine;

import org.jspecify.annotations.Nullable;

/** The moment that an open snapshot keeps registered. */
final class SnapshotPin extends Pin {
  private final SnapshotPoint point;
  private final SnapshotRegistry registry;

  SnapshotPin(
      OpenSnapshot owner,
      StackWalker.@Nullable StackFrame site,
      SnapshotPoint point,
      SnapshotRegistry registry) {
    super(owner, site);
    this.point = point;
    this.registry = registry;
  }

  @Override
  void free() {
    registry.remove(point);
  }

  @Override
  boolean isHolding() {
    return true;
  }

  @Override
  String kind() {
    return "snapshot";
  }

  @Override
  String held() {
    return "it keeps what was replaced or deleted since batch " + point.sequence();
  }
}

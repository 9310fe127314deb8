package org.anvildb.storage;

import org.anvildb.storage.sim.MemoryStorage;

/** The contract on a directory in memory. */
final class MemoryStorageContractTest extends StorageContract {
  private final Storage storage = new MemoryStorage();

  @Override
  Storage storage() {
    return storage;
  }
}

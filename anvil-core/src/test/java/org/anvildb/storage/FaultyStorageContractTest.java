package org.anvildb.storage;

import java.lang.foreign.Arena;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.MemoryStorage;

/** The contract on a storage that could fail but does not, over memory of a single thread. */
final class FaultyStorageContractTest extends StorageContract {
  private final Storage storage = new FaultyStorage(new MemoryStorage(Arena::ofConfined));

  @Override
  Storage storage() {
    return storage;
  }
}

package org.anvildb.storage;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.MemoryStorage;

/** The contract on a storage that could fail but does not, over memory of a single thread. */
final class FaultyStorageContractTest extends StorageContract {
  private final MemoryStorage memory = new MemoryStorage(Arena::ofConfined);
  private final Storage storage = new FaultyStorage(memory);

  @Override
  Storage storage() {
    return storage;
  }

  @Override
  Path beside(String name) {
    return Path.of(name);
  }

  @Override
  Storage open(Path directory) {
    return memory.directory(directory.toString());
  }
}

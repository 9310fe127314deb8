package org.anvildb.storage;

import java.nio.file.Path;
import org.anvildb.storage.sim.MemoryStorage;

/** The contract on a directory in memory. */
final class MemoryStorageContractTest extends StorageContract {
  private final MemoryStorage storage = new MemoryStorage();

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
    return storage.directory(directory.toString());
  }
}

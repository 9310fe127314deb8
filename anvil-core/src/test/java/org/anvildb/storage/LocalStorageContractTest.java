package org.anvildb.storage;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a directory of the file system. */
final class LocalStorageContractTest extends StorageContract {
  @TempDir Path directory;
  private Storage storage;

  @BeforeEach
  void open() {
    storage = LocalStorage.open(directory, false, false);
  }

  @Override
  Storage storage() {
    return storage;
  }
}

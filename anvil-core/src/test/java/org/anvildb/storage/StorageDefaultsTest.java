package org.anvildb.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import org.anvildb.api.StorageException;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A storage that someone else wrote, with no more than the interface asks for. */
final class StorageDefaultsTest {
  private final MemoryStorage disk = new MemoryStorage();

  /** Passes calls on to a disk, except some that are answered otherwise. */
  private static Storage plain(MemoryStorage disk, Map<String, InvocationHandler> others) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          InvocationHandler other = others.get(method.getName());
          if (other != null) {
            return other.invoke(proxy, method, arguments);
          }
          return method.isDefault()
              ? InvocationHandler.invokeDefault(proxy, method, arguments)
              : invoke(disk, method, arguments);
        };
    ClassLoader loader = StorageDefaultsTest.class.getClassLoader();
    return (Storage) Proxy.newProxyInstance(loader, new Class<?>[] {Storage.class}, handler);
  }

  private static Object invoke(MemoryStorage disk, Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(disk, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void write(String name, byte[] bytes) {
    try (AppendFile file = disk.create(name)) {
      file.append(bytes, 0, bytes.length);
      file.sync();
    }
  }

  @Test
  void itLinksByCopyingAndReservesByCreating() {
    Storage plain = plain(disk, Map.of());
    write("000001.sst", new byte[] {1, 2, 3});
    MemoryStorage other = new MemoryStorage();
    plain.link("000001.sst", other);
    assertThat(other.read("000001.sst", 0, 10)).containsExactly(1, 2, 3);
    assertThatThrownBy(() -> plain.link("LOCK", other))
        .isInstanceOf(IllegalArgumentException.class);
    try (MappedFile mapped = plain.reserveMapped("000002.wal", 100)) {
      assertThat(mapped.memory().byteSize()).isEqualTo(100);
    }
  }

  @Test
  void aDirectoryOfTheSystemLinksToItByCopying(@TempDir Path top) {
    LocalStorage local = LocalStorage.open(top, false, false);
    try (AppendFile file = local.create("000001.sst")) {
      file.append(new byte[] {4, 5}, 0, 2);
    }
    Storage plain = plain(disk, Map.of());
    local.link("000001.sst", plain);
    assertThat(plain.read("000001.sst", 0, 10)).containsExactly(4, 5);
  }

  @Test
  void itMakesNoOtherDirectoriesAndSaysSo() {
    Storage plain = plain(disk, Map.of());
    assertThatThrownBy(() -> plain.draft(Path.of("copy")))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(disk.location() + " makes no other directories");
  }

  @Test
  void aCopyOfAFileThatEndsEarlyTellsThatEvenWhereItCantBeDeleted() {
    write("000001.sst", new byte[10]);
    Storage longer = plain(disk, Map.of("size", (_, _, _) -> 100L));
    MemoryStorage target = new MemoryStorage();
    InvocationHandler refuses =
        (_, _, _) -> {
          throw new StorageException("no deleting here", null);
        };
    for (Storage to : new Storage[] {target, plain(target, Map.of("delete", refuses))}) {
      assertThatThrownBy(() -> FileCopy.copy(longer, "000001.sst", to, "a"))
          .isInstanceOf(StorageException.class)
          .hasMessage(disk.location() + "/000001.sst: ends at 10 of 100 bytes");
    }
    assertThat(target.list()).containsExactly("a");
    assertThatThrownBy(() -> FileCopy.checksum(longer, "000001.sst"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("ends at 10 of 100 bytes");
  }
}

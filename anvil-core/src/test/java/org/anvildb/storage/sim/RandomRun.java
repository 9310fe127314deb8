package org.anvildb.storage.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;

/**
 * A random list of operations, the same for each storage that it is run on, which also notes what
 * every crash from now on must leave.
 */
final class RandomRun {
  private final Storage storage;
  private final Random random;
  private final List<AppendFile> appending = new ArrayList<>();
  private final List<MappedFile> mapped = new ArrayList<>();
  private int files;

  /**
   * What is safe, by the name that the file keeps: its bytes so far, none of which is overwritten.
   */
  private final Map<String, byte[]> synced = new HashMap<>();

  RandomRun(Storage storage, long seed) {
    this.storage = storage;
    this.random = new Random(seed);
  }

  void run(int operations) {
    for (int i = 0; i < operations; i++) {
      step();
    }
  }

  void closeAll() {
    appending.forEach(AppendFile::close);
    mapped.forEach(MappedFile::close);
  }

  private void step() {
    switch (random.nextInt(12)) {
      case 0 -> appending.add(storage.create(nextName()));
      case 1 -> mapped.add(storage.createMapped(nextName(), 1 + random.nextInt(10_000)));
      case 2, 3, 4 -> append();
      case 5, 6, 7 -> overwrite();
      case 8 -> sync();
      case 9 -> storage.syncDirectory();
      case 10 -> renameOrDelete();
      default -> close();
    }
  }

  private String nextName() {
    return String.format("%06d", files++);
  }

  private void append() {
    byte[] bytes = new byte[random.nextInt(6000)];
    random.nextBytes(bytes);
    if (!appending.isEmpty()) {
      appending.get(random.nextInt(appending.size())).append(bytes, 0, bytes.length);
    }
  }

  private void overwrite() {
    if (mapped.isEmpty()) {
      return;
    }
    MappedFile file = mapped.get(random.nextInt(mapped.size()));
    long size = file.memory().byteSize();
    long from = random.nextLong(size);
    long to = from + random.nextLong(size - from + 1);
    file.memory().asSlice(from, to - from).fill((byte) random.nextInt());
    if (random.nextInt(4) == 0) {
      file.force(from, to - from);
    }
  }

  /** Syncs a file and its name, if it still has its first name. */
  private void sync() {
    if (appending.isEmpty()) {
      return;
    }
    AppendFile file = appending.get(random.nextInt(appending.size()));
    file.sync();
    if (storage.exists(file.name())) {
      storage.syncDirectory();
      synced.put(file.name(), storage.read(file.name(), 0, 1 << 20));
    }
  }

  private void renameOrDelete() {
    List<String> names = storage.list();
    if (names.isEmpty()) {
      return;
    }
    String name = names.get(random.nextInt(names.size()));
    synced.remove(name);
    if (random.nextBoolean()) {
      storage.delete(name);
    } else {
      // Never a name of the first kind, so that a writer's name means its own file or none.
      String to = names.getLast().startsWith("new-") ? names.getLast() : "new-" + nextName();
      storage.rename(name, to);
    }
  }

  private void close() {
    if (!appending.isEmpty() && random.nextBoolean()) {
      appending.remove(random.nextInt(appending.size())).close();
    }
    if (!mapped.isEmpty() && random.nextBoolean()) {
      mapped.remove(random.nextInt(mapped.size())).close();
    }
  }

  Map<String, byte[]> synced() {
    return synced;
  }
}

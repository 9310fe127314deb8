package org.anvildb.storage.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.anvildb.api.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * The names of a {@link MemoryStorage}: as they are, as they were at the last sync, and the changes
 * between. Guarded by the storage's lock.
 */
final class MemoryDirectory {
  private sealed interface Change {}

  private record Create(String name, MemoryFile file) implements Change {}

  private record Rename(String to, MemoryFile file) implements Change {}

  private record Delete(String name, MemoryFile file) implements Change {}

  private final TreeMap<String, MemoryFile> entries;
  private final TreeMap<String, MemoryFile> durable;
  private final List<Change> unsynced = new ArrayList<>();

  MemoryDirectory() {
    this(new TreeMap<>());
  }

  private MemoryDirectory(TreeMap<String, MemoryFile> entries) {
    this.entries = entries;
    this.durable = new TreeMap<>(entries);
  }

  List<String> names() {
    return List.copyOf(entries.keySet());
  }

  @Nullable MemoryFile find(String name) {
    return entries.get(name);
  }

  long totalBytes() {
    long total = 0;
    for (MemoryFile file : entries.values()) {
      total += file.length();
    }
    return total;
  }

  void create(String name, MemoryFile file) {
    if (entries.putIfAbsent(name, file) != null) {
      throw new StorageException(name + ": cannot create: it exists", null);
    }
    unsynced.add(new Create(name, file));
  }

  void rename(String to, MemoryFile file) {
    Change change = new Rename(to, file);
    apply(entries, change);
    unsynced.add(change);
  }

  void delete(String name, MemoryFile file) {
    entries.remove(name);
    unsynced.add(new Delete(name, file));
  }

  void sync() {
    durable.clear();
    durable.putAll(entries);
    unsynced.clear();
  }

  /** Returns the directory that a crash leaves. */
  MemoryDirectory crashed(CrashPlan plan) {
    SplittableRandom random = new SplittableRandom(plan.seed());
    TreeMap<String, MemoryFile> surviving = new TreeMap<>();
    for (Map.Entry<String, MemoryFile> entry : survivingNames(plan.mode(), random).entrySet()) {
      surviving.put(entry.getKey(), entry.getValue().crashed(plan.mode(), random));
    }
    return new MemoryDirectory(surviving);
  }

  private Map<String, MemoryFile> survivingNames(CrashMode mode, SplittableRandom random) {
    return switch (mode) {
      case SYNCED_ONLY -> durable;
      case DIRECTORY -> {
        // Applying a random subset in the order of the calls gives every state that a reordering
        // could: changes of different names commute, and of one name the last one kept decides.
        TreeMap<String, MemoryFile> names = new TreeMap<>(durable);
        for (Change change : unsynced) {
          if (random.nextBoolean()) {
            apply(names, change);
          }
        }
        yield names;
      }
      default -> entries;
    };
  }

  private static void apply(Map<String, MemoryFile> names, Change change) {
    switch (change) {
      case Create(String name, MemoryFile file) -> names.put(name, file);
      case Rename(String to, MemoryFile file) -> {
        // A file has one name at any time, also if an earlier renaming of it was lost.
        names.values().removeIf(other -> other == file);
        names.put(to, file);
      }
      case Delete(String name, MemoryFile file) -> names.remove(name, file);
    }
  }
}

package org.anvildb.storage.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.anvildb.api.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * The names of a {@link MemoryStorage}: as they are, as they were at the last sync, and the changes
 * between. Guarded by the storage's lock.
 *
 * <p>The disk has one main directory and others beside it, one level deep. A name of another one is
 * {@code folder/name}; {@code folder/} itself is a name of the main directory, and without it the
 * folder's files can't be reached. Syncing a directory settles its own names alone.
 */
final class MemoryDirectory {
  static final char SEPARATOR = '/';

  private sealed interface Change {
    /** Returns a name in the directory whose sync makes the change durable. */
    String place();
  }

  private record Create(String name, MemoryFile file) implements Change {
    @Override
    public String place() {
      return name;
    }
  }

  private record Rename(String to, MemoryFile file) implements Change {
    @Override
    public String place() {
      return to;
    }
  }

  private record Delete(String name, MemoryFile file) implements Change {
    @Override
    public String place() {
      return name;
    }
  }

  private record RenameFolder(String from, String to) implements Change {
    @Override
    public String place() {
      return to + SEPARATOR;
    }
  }

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

  /** Returns the folder that a name belongs to; the empty one is the main directory. */
  private static String folderOf(String name) {
    int separator = name.indexOf(SEPARATOR);
    return separator < 0 || separator == name.length() - 1 ? "" : name.substring(0, separator);
  }

  /** Returns the name of a file as it is known in its folder. */
  static String plain(String name) {
    return name.substring(name.indexOf(SEPARATOR) + 1);
  }

  private static boolean isFolder(String name) {
    return name.charAt(name.length() - 1) == SEPARATOR;
  }

  /** Returns the names of the files of a folder, as they are known in it. */
  List<String> names(String folder) {
    return entries.keySet().stream()
        .filter(name -> folderOf(name).equals(folder) && !isFolder(name))
        .map(MemoryDirectory::plain)
        .toList();
  }

  /** Returns the names of the folders. */
  List<String> folders() {
    return entries.keySet().stream()
        .filter(MemoryDirectory::isFolder)
        .map(name -> name.substring(0, name.length() - 1))
        .toList();
  }

  @Nullable MemoryFile find(String name) {
    return entries.get(name);
  }

  long totalBytes() {
    Set<MemoryFile> files = Collections.newSetFromMap(new IdentityHashMap<>());
    files.addAll(entries.values());
    long total = 0;
    for (MemoryFile file : files) {
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
    change(new Rename(to, file));
  }

  void renameFolder(String from, String to) {
    change(new RenameFolder(from, to));
  }

  private void change(Change change) {
    apply(entries, change);
    unsynced.add(change);
  }

  void delete(String name, MemoryFile file) {
    entries.remove(name);
    unsynced.add(new Delete(name, file));
  }

  /** Makes the changes of one directory durable, in their order. */
  void sync(String folder) {
    List<Change> earlier = new ArrayList<>();
    for (Change change : unsynced) {
      if (!folderOf(change.place()).equals(folder)) {
        earlier.add(change);
        continue;
      }
      apply(durable, change);
      if (change instanceof RenameFolder(String from, String to)) {
        earlier.replaceAll(other -> moved(other, from, to));
      }
    }
    unsynced.clear();
    unsynced.addAll(earlier);
  }

  /** Fails to make the changes of one directory durable: they count as clean, and never will be. */
  void failSync(String folder) {
    unsynced.removeIf(change -> folderOf(change.place()).equals(folder));
  }

  /** Returns a change of a folder's names as one of the folder's new name. */
  private static Change moved(Change change, String from, String to) {
    UnaryOperator<String> name =
        old -> folderOf(old).equals(from) ? to + old.substring(from.length()) : old;
    return switch (change) {
      case Create create -> new Create(name.apply(create.name()), create.file());
      case Rename rename -> new Rename(name.apply(rename.to()), rename.file());
      case Delete delete -> new Delete(name.apply(delete.name()), delete.file());
      case RenameFolder folder -> folder;
    };
  }

  /** Returns the directory that a crash leaves. */
  MemoryDirectory crashed(CrashPlan plan) {
    SplittableRandom random = new SplittableRandom(plan.seed());
    Map<String, MemoryFile> names = survivingNames(plan.mode(), random);
    // A file with two names is one file after the crash, too.
    Map<MemoryFile, MemoryFile> files = new IdentityHashMap<>();
    TreeMap<String, MemoryFile> surviving = new TreeMap<>();
    for (Map.Entry<String, MemoryFile> entry : names.entrySet()) {
      String folder = folderOf(entry.getKey());
      if (folder.isEmpty() || names.containsKey(folder + SEPARATOR)) {
        MemoryFile left =
            files.computeIfAbsent(entry.getValue(), file -> file.crashed(plan.mode(), random));
        surviving.put(entry.getKey(), left);
      }
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
        // A file has one name in a directory at any time, also if an earlier renaming was lost.
        String folder = folderOf(to);
        names.entrySet().removeIf(e -> e.getValue() == file && folderOf(e.getKey()).equals(folder));
        names.put(to, file);
      }
      case Delete(String name, MemoryFile file) -> names.remove(name, file);
      case RenameFolder(String from, String to) -> move(names, from, to);
    }
  }

  /** Moves a folder, if it is there, in the place of an empty one. */
  private static void move(Map<String, MemoryFile> names, String from, String to) {
    if (!names.containsKey(from + SEPARATOR)) {
      return;
    }
    Map<String, MemoryFile> moved = new TreeMap<>();
    names
        .entrySet()
        .removeIf(entry -> {
          boolean isIn = entry.getKey().startsWith(from + SEPARATOR);
          if (isIn) {
            moved.put(to + entry.getKey().substring(from.length()), entry.getValue());
          }
          return isIn;
        });
    names.putAll(moved);
  }
}

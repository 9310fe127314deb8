package org.anvildb.version;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FormatException;
import org.anvildb.api.RepairReport.Loss;
import org.anvildb.log.LogTail;
import org.anvildb.log.RecordReader;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.anvildb.table.TableMeta;
import org.anvildb.version.VersionEdit.DropKeyspace;
import org.anvildb.version.VersionEdit.RemoveTable;
import org.jspecify.annotations.Nullable;

/**
 * Finds as much of the version of a damaged database as verifies: of the manifest that {@code
 * CURRENT} names, or else of the newest one that has a sound beginning. Changes nothing.
 */
public final class ManifestSalvage {
  private final Storage storage;
  private final List<String> names;
  private final Consumer<Loss> losses;
  private @Nullable FileHead current;

  private ManifestSalvage(Storage storage, Consumer<Loss> losses) {
    this.storage = storage;
    this.names = storage.list();
    this.losses = losses;
  }

  /**
   * What was found.
   *
   * @param version the version, or null if no manifest has a sound beginning
   * @param isComplete whether it is the newest one, as far as can be told; else tables and
   *     keyspaces may exist that it does not know
   * @param databaseId the id of the database, or null if nothing tells it
   * @param retired the numbers of tables that the version had before it, and no longer names: their
   *     files may be left, and all that they hold is in other tables, or was dropped
   */
  public record Found(
      @Nullable Version version, boolean isComplete, @Nullable UUID databaseId, Set<Long> retired) {
    /** Copies the numbers. */
    public Found {
      retired = Set.copyOf(retired);
    }
  }

  /**
   * Reads what can be read.
   *
   * @param losses takes what can't
   * @throws FormatException if a newer library or another engine wrote the files
   */
  public static Found read(Storage storage, Consumer<Loss> losses) {
    return new ManifestSalvage(storage, losses).run();
  }

  private Found run() {
    boolean isNamed = readCurrent();
    String named = current == null ? "" : FileName.manifest(current.number());
    if (!named.isEmpty() && !names.contains(named)) {
      losses.accept(new Loss(named, -1, 0, "the manifest in force is missing"));
      isNamed = false;
    }
    List<FileName> manifests = manifests(named);
    UUID id = current == null ? null : current.databaseId();
    for (FileName manifest : manifests) {
      boolean isNewest = isNamed ? manifest.text().equals(named) : manifest == manifests.getFirst();
      boolean mayBeNewest = isNewest && (isNamed || current == null);
      Found found = read(manifest, mayBeNewest);
      if (found != null) {
        return found;
      }
    }
    return new Found(null, false, id, Set.of());
  }

  /** Reads {@code CURRENT}; returns whether it is sound. */
  private boolean readCurrent() {
    if (!names.contains(CurrentFile.NAME)) {
      losses.accept(new Loss(CurrentFile.NAME, -1, 0, "missing"));
      return false;
    }
    try {
      current = CurrentFile.read(storage, names);
      return true;
    } catch (FormatException e) {
      throw e;
    } catch (AnvilException e) {
      losses.accept(loss(CurrentFile.NAME, 0, e));
      return false;
    }
  }

  /** Returns the manifests, the one in force first, then the newest. */
  private List<FileName> manifests(String named) {
    List<FileName> found = new ArrayList<>();
    for (String name : names) {
      FileName file = FileName.parse(name);
      if (file != null && file.kind() == FileName.Kind.MANIFEST) {
        found.add(file);
      }
    }
    found.sort(
        Comparator.comparing((FileName file) -> !file.text().equals(named))
            .thenComparing(FileName::number, Comparator.reverseOrder()));
    return found;
  }

  /** Reads a manifest up to the first damage; null if nothing of it is of use. */
  private @Nullable Found read(FileName manifest, boolean mayBeNewest) {
    String name = manifest.text();
    try (MappedFile mapped = storage.map(name)) {
      return read(manifest, mapped.memory(), mayBeNewest);
    } catch (FormatException e) {
      throw e;
    } catch (AnvilException e) {
      losses.accept(loss(name, 0, e));
    } catch (InternalError e) {
      losses.accept(new Loss(name, -1, 0, "can't be read: it was cut short"));
    }
    return null;
  }

  private @Nullable Found read(FileName manifest, MemorySegment bytes, boolean mayBeNewest) {
    String name = manifest.text();
    FileHead head = head(manifest, ManifestReader.start(bytes));
    var records =
        new RecordReader(
            bytes,
            Manifest.salt(head.databaseId(), head.number()),
            FileHead.BYTES,
            bytes.byteSize(),
            1);
    Version version = null;
    Set<Long> retired = new HashSet<>();
    CorruptionException damage = null;
    long good = FileHead.BYTES;
    try {
      while (records.next()) {
        List<VersionEdit> edits = ManifestReader.edits(name, bytes, records);
        Version before = version;
        version = ManifestReader.apply(name, before, edits, records);
        edits.forEach(edit -> retire(edit, before, retired));
        good = records.end();
      }
    } catch (CorruptionException e) {
      damage = e;
    }
    boolean isSound = damage == null && !(records.tail() instanceof LogTail.Corrupt);
    if (version == null || !isSound) {
      losses.accept(
          new Loss(name, good, bytes.byteSize() - good, "edits of the manifest do not verify"));
    }
    if (version == null || !version.databaseId().equals(head.databaseId())) {
      return null;
    }
    boolean isComplete = isSound && mayBeNewest && !isOutdated(version);
    // What a merge only moved to another level was removed there, and added here.
    version.tables().forEach(table -> retired.remove(table.number()));
    return new Found(version, isComplete, head.databaseId(), retired);
  }

  /** Notes the tables that an edit takes out of a version. */
  private static void retire(VersionEdit edit, @Nullable Version before, Set<Long> retired) {
    if (edit instanceof RemoveTable remove) {
      retired.add(remove.number());
    } else if (edit instanceof DropKeyspace drop && before != null) {
      KeyspaceVersion dropped = before.keyspace(drop.id());
      for (int level = 0; dropped != null && level < Levels.COUNT; level++) {
        dropped.levels().tables(level).stream().map(TableMeta::number).forEach(retired::add);
      }
    }
  }

  /**
   * Tells whether the directory has gone on behind a version. The end of a manifest, if it is
   * damaged, looks like one that a crash tore; but then the segment where the log begins is gone,
   * or tables are, and newer ones are there.
   */
  private boolean isOutdated(Version version) {
    long floor = version.walFloor();
    if (floor > 0 && !names.contains(FileName.wal(floor))) {
      return true;
    }
    boolean isTableGone = false;
    for (KeyspaceVersion keyspace : version.keyspaces()) {
      for (int level = 0; level < Levels.COUNT; level++) {
        isTableGone |=
            keyspace.levels().tables(level).stream().anyMatch(t -> !names.contains(t.fileName()));
      }
    }
    return isTableGone
        && names.stream()
            .map(FileName::parse)
            .anyMatch(file ->
                file != null
                    && file.kind() == FileName.Kind.TABLE
                    && file.number() >= version.nextFile());
  }

  /** Returns the head of a manifest; if that is damaged, what CURRENT and the name tell of it. */
  private FileHead head(FileName manifest, byte[] bytes) {
    try {
      FileHead head = FileHead.decode(manifest.text(), bytes, FileHead.MANIFEST_MAGIC);
      if (current != null && !current.databaseId().equals(head.databaseId())) {
        throw new CorruptionException(
            manifest.text(), 0, "is the manifest of another database; left out");
      }
      return head;
    } catch (CorruptionException e) {
      if (current == null || current.number() != manifest.number()) {
        throw e;
      }
      losses.accept(loss(manifest.text(), 0, e));
      return current;
    }
  }

  private static Loss loss(String name, long bytes, AnvilException e) {
    return e instanceof CorruptionException corruption
        ? new Loss(corruption.file(), corruption.offset(), bytes, corruption.problem())
        : new Loss(name, -1, bytes, String.valueOf(e.getMessage()));
  }
}

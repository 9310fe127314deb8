package org.anvildb.version;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FormatException;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.Storage;

/**
 * The file {@code CURRENT}, which names the manifest in force: one {@link FileHead}, replaced as a
 * whole by a rename. No state.
 */
final class CurrentFile {
  static final String NAME = "CURRENT";
  static final String DRAFT = "CURRENT.tmp";

  private CurrentFile() {}

  /**
   * Puts a manifest in force. Its bytes and its name must be durable by now; when this returns, the
   * switch is.
   */
  static void switchTo(Storage storage, long manifest, UUID databaseId) {
    if (storage.exists(DRAFT)) {
      storage.delete(DRAFT);
    }
    byte[] bytes = new FileHead(manifest, databaseId).encode(FileHead.CURRENT_MAGIC);
    try (AppendFile draft = storage.create(DRAFT)) {
      draft.append(bytes, 0, bytes.length);
      draft.sync();
    }
    storage.rename(DRAFT, NAME);
    storage.syncDirectory();
  }

  /**
   * Reads the file, which exists.
   *
   * @throws FormatException if another engine or a newer library wrote it
   * @throws CorruptionException if it is damaged
   */
  static FileHead read(Storage storage, List<String> names) {
    byte[] bytes = storage.read(NAME, 0, FileHead.BYTES + 1);
    refuseOtherEngines(bytes, names);
    FileHead head = FileHead.decode(NAME, bytes, FileHead.CURRENT_MAGIC);
    if (bytes.length > FileHead.BYTES) {
      throw new CorruptionException(
          NAME, FileHead.BYTES, "is longer than " + FileHead.BYTES + " bytes; run repair");
    }
    return head;
  }

  private static void refuseOtherEngines(byte[] bytes, List<String> names) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (!text.startsWith("MANIFEST-")) {
      return;
    }
    boolean isRocks =
        names.contains("IDENTITY") || names.stream().anyMatch(name -> name.startsWith("OPTIONS-"));
    boolean isLevel = names.stream().anyMatch(name -> name.endsWith(".ldb"));
    String engine = isRocks ? "RocksDB" : isLevel ? "LevelDB" : "LevelDB or RocksDB";
    throw new FormatException(
        NAME
            + ": this is a database of "
            + engine
            + ", which this library can't read; export its entries with "
            + engine
            + " and write them into a new directory");
  }
}

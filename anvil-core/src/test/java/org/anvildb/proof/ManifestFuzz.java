package org.anvildb.proof;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.log.RecordFormat;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.version.FileName;
import org.anvildb.version.ManifestReader;
import org.anvildb.version.RecoveredVersion;
import org.anvildb.version.Version;

/** CURRENT or the manifest that it names; the other one is sound. */
final class ManifestFuzz implements FuzzTarget {
  private static final String CURRENT = "CURRENT";
  private static final int HEAD_BYTES = 48;
  private static final int HEAD_CRC = 44;

  private final String file;
  private final Map<String, byte[]> files;
  private final byte[] golden;
  private final long salt;

  private ManifestFuzz(String file, Map<String, byte[]> files, RecoveredVersion recovered) {
    this.file = file;
    this.files = files;
    this.golden = files.get(file);
    Version version = recovered.version();
    long database =
        version.databaseId().getMostSignificantBits()
            ^ version.databaseId().getLeastSignificantBits();
    this.salt = RecordFormat.salt(database, recovered.manifest());
  }

  static ManifestFuzz current(Map<String, byte[]> files, RecoveredVersion recovered) {
    return new ManifestFuzz(CURRENT, files, recovered);
  }

  static ManifestFuzz manifest(Map<String, byte[]> files, RecoveredVersion recovered) {
    return new ManifestFuzz(FileName.manifest(recovered.manifest()), files, recovered);
  }

  @Override
  public String name() {
    return file;
  }

  @Override
  public List<byte[]> corpus() {
    return List.of(golden);
  }

  @Override
  public void seal(byte[] input) {
    if (input.length >= HEAD_BYTES) {
      Bytes.putInt(input, HEAD_CRC, Checksum.of(input, 0, HEAD_CRC));
      if (!file.equals(CURRENT)) {
        LogFuzz.sealRecords(input, HEAD_BYTES, salt);
      }
    }
  }

  @Override
  public String parse(byte[] input) {
    MemoryStorage storage = new MemoryStorage(Arena::ofConfined);
    files.forEach((name, bytes) -> GoldenDatabase.put(storage, name, bytes));
    GoldenDatabase.put(storage, file, input);
    return FuzzTarget.told(() -> ManifestReader.refuseForeign(storage))
        + FuzzTarget.told(() -> ManifestReader.read(storage));
  }
}

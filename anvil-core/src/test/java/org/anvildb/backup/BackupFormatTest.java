package org.anvildb.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FormatException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.version.FileName.Kind;
import org.junit.jupiter.api.Test;

/** Holds the bytes of a backup's manifest, and that hostile ones are refused. */
final class BackupFormatTest {
  private static final BackupManifest MANIFEST =
      new BackupManifest(
          3,
          1_790_000_000_000L,
          new UUID(0x0123456789abcdefL, 0xfedcba9876543210L),
          77,
          List.of(
              new StoredFile(Kind.TABLE, 12, 4096, 0x11223344, 0x55667788, 1),
              new StoredFile(Kind.CURRENT, 0, 48, 2, 0, 2),
              new StoredFile(Kind.MANIFEST, 14, 300, 3, 0, 3),
              new StoredFile(Kind.WAL, 13, 4200, 4, 0, 4)));

  /** Makes the checksum right again, as one who forges a manifest would. */
  private static byte[] sealed(byte[] bytes) {
    int end = bytes.length - BackupFormat.CRC_BYTES;
    Bytes.putInt(bytes, end, Checksum.of(bytes, 0, end));
    return bytes;
  }

  private static byte[] encoded() {
    return BackupFormat.encode(MANIFEST);
  }

  @Test
  void theBytesStayWhatTheyAre() {
    byte[] bytes = encoded();
    assertThat(HexFormat.of().formatHex(bytes, 0, 104))
        .isEqualTo(
            "414e56494c42414b"
                + "01000000"
                + "00000000"
                + "0300000000000000"
                + "006c50c4a0010000"
                + "efcdab8967452301"
                + "1032547698badcfe"
                + "4d00000000000000"
                + "04000000"
                + "00000000"
                + "04000000"
                + "44332211"
                + "0c00000000000000"
                + "0010000000000000"
                + "0100000000000000"
                + "88776655"
                + "00000000");
    assertThat(bytes).hasSize(64 + 4 * 40 + 4);
    assertThat(BackupFormat.decode(3, bytes)).isEqualTo(MANIFEST);
  }

  @Test
  void everyDamagedByteAndEveryLengthIsRefused() {
    byte[] sound = encoded();
    for (int at = 0; at < sound.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] bytes = sound.clone();
        bytes[at] ^= (byte) (1 << bit);
        assertThatThrownBy(() -> BackupFormat.decode(3, bytes))
            .isInstanceOf(CorruptionException.class)
            .hasMessageContaining("BACKUP-000003");
      }
      byte[] cut = Arrays.copyOf(sound, at);
      assertThatThrownBy(() -> BackupFormat.decode(3, cut)).isInstanceOf(CorruptionException.class);
    }
    assertThatThrownBy(() -> BackupFormat.decode(3, Arrays.copyOf(sound, 300)))
        .isInstanceOf(CorruptionException.class);
  }

  @Test
  void aForgedManifestIsRefusedOrWithinBounds() {
    Random random = new Random(4);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = encoded();
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        Bytes.putInt(bytes, 4 * random.nextInt(bytes.length / 4), random.nextInt(10) - 5);
      }
      try {
        for (StoredFile file : BackupFormat.decode(3, sealed(bytes)).files()) {
          assertThat(file.name()).matches("CURRENT|MANIFEST-[0-9]{6,18}|[0-9]{6,18}\\.(wal|sst)");
          assertThat(file.storedName()).matches("[0-9]{6,18}\\.bak");
          assertThat(file.bytes()).isNotNegative();
        }
      } catch (AnvilException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(10_000, 20_000);
  }

  @Test
  void whatContradictsItselfIsRefusedThoughItsChecksumIsRight() {
    byte[] count = encoded();
    Bytes.putInt(count, 56, Integer.MAX_VALUE);
    refuses(count, "files, which its length contradicts");
    byte[] other = encoded();
    Bytes.putLong(other, 16, 4);
    refuses(other, "another backup");
    byte[] kind = encoded();
    Bytes.putInt(kind, 64, 9);
    refuses(kind, "unknown kind");
    byte[] twice = encoded();
    Bytes.putLong(twice, 64 + 24, 2);
    refuses(twice, "twice");
    byte[] length = encoded();
    Bytes.putLong(length, 64 + 16, -1);
    refuses(length, "negative");
    byte[] lacking = encoded();
    Bytes.putInt(lacking, 64 + 40, 4);
    Bytes.putLong(lacking, 64 + 40 + 8, 99);
    refuses(lacking, "every database has");
    byte[] newer = encoded();
    Bytes.putInt(newer, 8, 2);
    assertThatThrownBy(() -> BackupFormat.decode(3, sealed(newer)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("newer version");
  }

  private static void refuses(byte[] bytes, String why) {
    assertThatThrownBy(() -> BackupFormat.decode(3, sealed(bytes)))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(why);
  }

  @Test
  void onlyNamesThatAreWrittenAreRead() {
    assertThat(BackupFormat.manifestNumber("BACKUP-000012")).isEqualTo(12);
    assertThat(BackupFormat.storedNumber("1234567.bak")).isEqualTo(1_234_567);
    for (String name :
        List.of("BACKUP-12", "BACKUP-000000", "BACKUP-00001a", "backup-000012", "BACKUP-", "x")) {
      assertThat(BackupFormat.manifestNumber(name)).as(name).isEqualTo(-1);
    }
    for (String name : List.of("12.bak", "000000.bak", ".bak", "-00012.bak", "000012.BAK")) {
      assertThat(BackupFormat.storedNumber(name)).as(name).isEqualTo(-1);
    }
  }
}

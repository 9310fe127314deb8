package org.anvildb.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FormatException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever happens to the bytes: an error that is typed, or a state that the database was in. */
final class ManifestDamageTest {
  private static final String MANIFEST = "MANIFEST-000001";
  private final CrashingStorage storage = new CrashingStorage();
  private final List<Version> history = new ArrayList<>();
  private byte[] sound = {};
  private byte[] current = {};

  @BeforeEach
  void writeAManifest() {
    try (VersionLog log = VersionLog.start(storage, TestTables.initial())) {
      history.add(log.current());
      Random random = new Random(3);
      for (int i = 0; i < 30; i++) {
        history.add(log.commit(TestTables.randomEdits(log.current(), random)));
      }
    }
    sound = storage.get(MANIFEST);
    current = storage.get("CURRENT");
  }

  @Test
  void aChangedByteIsNoticedUnlessNothingIsLost() {
    for (int at = 0; at < sound.length; at++) {
      for (int change : new int[] {0x01, 0x80, 0xff}) {
        byte[] bytes = sound.clone();
        bytes[at] ^= (byte) change;
        RecoveredVersion read = readOrNull(bytes, "byte " + at);
        if (read != null) {
          assertThat(read.version()).as("byte %s", at).isEqualTo(history.getLast());
          assertThat(at).isGreaterThanOrEqualTo(sound.length - 32);
        }
      }
    }
  }

  @Test
  void aCutLeavesAPrefixOfTheEdits() {
    int last = 0;
    for (int length = 0; length < sound.length; length++) {
      RecoveredVersion read = readOrNull(Arrays.copyOf(sound, length), "length " + length);
      if (read != null) {
        int index = (int) read.records() - 1;
        assertThat(index).isBetween(last, last + 1);
        last = index;
        assertThat(read.version()).as("length %s", length).isEqualTo(history.get(index));
      } else {
        assertThat(last).isZero();
      }
    }
    assertThat(last).isEqualTo(history.size() - 1);
  }

  @Test
  void aTailOfZerosOrGarbageIsDropped() {
    Random random = new Random(4);
    for (int i = 0; i < 500; i++) {
      byte[] bytes = Arrays.copyOf(sound, sound.length + 1 + random.nextInt(5000));
      if (i % 2 == 0) {
        byte[] garbage = new byte[bytes.length - sound.length];
        random.nextBytes(garbage);
        System.arraycopy(garbage, 0, bytes, sound.length, garbage.length);
      }
      RecoveredVersion read = Objects.requireNonNull(readOrNull(bytes, "tail " + i));
      assertThat(read.version()).isEqualTo(history.getLast());
    }
  }

  @Test
  void aChangedOrCutCurrentIsAlwaysNoticed() {
    for (int at = 0; at < current.length; at++) {
      for (int change : new int[] {0x01, 0x80, 0xff}) {
        byte[] bytes = current.clone();
        bytes[at] ^= (byte) change;
        assertCurrentRefused(bytes);
      }
      assertCurrentRefused(Arrays.copyOf(current, at));
    }
    assertCurrentRefused(Arrays.copyOf(current, current.length + 1));
  }

  @Test
  void randomBodiesThatVerifyAreRefusedWithATypedError() {
    Random random = new Random(5);
    byte[] body = ManifestFormat.encode(history.getLast().toEdits());
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = body.clone();
      for (int j = 1 + random.nextInt(4); j > 0; j--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      int end = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      try {
        List<VersionEdit> edits = ManifestFormat.decode(MANIFEST, 0, bytes, 0, end);
        VersionBuilder builder = new VersionBuilder();
        edits.forEach(builder::add);
        builder.build();
      } catch (CorruptionException | IllegalStateException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }

  private void assertCurrentRefused(byte[] bytes) {
    storage.put("CURRENT", bytes);
    try {
      ManifestReader.read(storage);
      fail("a damaged CURRENT was read");
    } catch (CorruptionException e) {
      assertThat(e.file()).isEqualTo("CURRENT");
    }
  }

  private @Nullable RecoveredVersion readOrNull(byte[] bytes, String what) {
    storage.put(MANIFEST, bytes);
    try {
      return ManifestReader.read(storage);
    } catch (CorruptionException e) {
      assertThat(e.file()).as(what).isEqualTo(MANIFEST);
      return null;
    } catch (FormatException e) {
      return fail(what + " looks like another format", e);
    } catch (AnvilException e) {
      return fail(what, e);
    }
  }
}

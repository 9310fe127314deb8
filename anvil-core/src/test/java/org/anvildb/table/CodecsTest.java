package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.anvildb.api.Codec;
import org.anvildb.api.FormatException;
import org.anvildb.proof.ProvidedCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds that codecs restore what they compressed, and refuse everything else. */
final class CodecsTest {
  private final Codecs codecs = Codecs.load();

  @Test
  void restoreWhatTheyCompressedAtAnyOffset() {
    var random = new Random(1);
    for (String name : List.of("NONE", "LZ4", "DEFLATE")) {
      Codec codec = codecs.byName(name);
      for (int length : new int[] {1, 2, 100, 5000, 100_000}) {
        byte[] source = new byte[length + 5];
        random.nextBytes(source);
        Arrays.fill(source, 5 + length / 3, 5 + length / 2, (byte) 9);
        byte[] target = new byte[codec.maxCompressedLength(length) + 3];
        int compressed = codec.compress(source, 5, length, target, 3);
        byte[] restored = new byte[length + 2];
        codec.decompress(target, 3, compressed, restored, 2, length);
        assertThat(Arrays.equals(restored, 2, length + 2, source, 5, length + 5)).isTrue();
      }
    }
  }

  @Test
  void refuseBytesThatTheyDidNotWrite() {
    var random = new Random(2);
    byte[] restored = new byte[4000];
    for (String name : List.of("LZ4", "DEFLATE")) {
      Codec codec = codecs.byName(name);
      byte[] sound = new byte[codec.maxCompressedLength(4000)];
      int length = codec.compress(new byte[4000], 0, 4000, sound, 0);
      assertThatThrownBy(() -> codec.decompress(sound, 0, length, restored, 0, 3999))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> codec.decompress(sound, 0, length - 3, restored, 0, 4000))
          .isInstanceOf(IllegalArgumentException.class);
      for (int i = 0; i < 3000; i++) {
        byte[] wild = new byte[random.nextInt(60)];
        random.nextBytes(wild);
        try {
          codec.decompress(wild, 0, wild.length, restored, 0, 4000);
        } catch (IllegalArgumentException expected) {
          assertThat(expected).hasMessageContaining(name);
        }
      }
    }
  }

  /** Claims an id that is not for others. */
  public static final class ReservedId extends ProvidedCodec {
    @Override
    public int id() {
      return 15;
    }
  }

  /** Claims an id that no table can store. */
  public static final class LargeId extends ProvidedCodec {
    @Override
    public int id() {
      return 256;
    }
  }

  /** Claims the name of another one. */
  public static final class TakenName extends ProvidedCodec {
    @Override
    public String name() {
      return "LZ4";
    }
  }

  /** Has a name that no option can name. */
  public static final class SmallLetters extends ProvidedCodec {
    @Override
    public String name() {
      return "Copying";
    }
  }

  @Test
  void aProvidedCodecIsFoundUnlessItClaimsWhatIsNotItsOwn(@TempDir Path top) {
    Path service = top.resolve("service");
    ProvidedCodec.during(
        service,
        ProvidedCodec.class,
        () -> {
          Codecs all = Codecs.load();
          assertThat(all.byName("copying").id()).isEqualTo(16);
          assertThat(all.byId(16, "000001.sst").name()).isEqualTo("COPYING");
        });
    for (Class<? extends Codec> claim : List.of(ReservedId.class, LargeId.class)) {
      ProvidedCodec.during(
          service,
          claim,
          () ->
              assertThatThrownBy(Codecs::load)
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("choose 16 to 255"));
    }
    ProvidedCodec.during(
        service,
        TakenName.class,
        () ->
            assertThatThrownBy(Codecs::load)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("codecs LZ4 and LZ4 claim the same id or name"));
    ProvidedCodec.during(
        service,
        SmallLetters.class,
        () ->
            assertThatThrownBy(Codecs::load)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("codec Copying has lower-case letters"));
  }

  @Test
  void bytesOfAnotherLengthAreNoneThatWereStoredAsTheyAre() {
    byte[] restored = new byte[5];
    assertThatThrownBy(() -> codecs.byName("NONE").decompress(new byte[4], 0, 4, restored, 0, 5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void unknownCodecsAreTold() {
    assertThat(codecs.byName("lz4").id()).isEqualTo(1);
    assertThatThrownBy(() -> codecs.byName("ZSTD"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[NONE, LZ4, DEFLATE]");
    assertThatThrownBy(() -> codecs.byId(77, "000001.sst"))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("000001.sst");
  }
}

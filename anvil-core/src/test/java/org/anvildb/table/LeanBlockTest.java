package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import org.anvildb.api.Codec;
import org.anvildb.bytes.Bytes;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Holds that lean blocks come back byte for byte, and that no byte of one is trusted. */
final class LeanBlockTest {
  private static final int DAMAGES = 20_000;

  private final Codec codec = Codecs.load().byName("NONE");

  /** A block in both forms. */
  private record Sample(byte[] whole, byte[] stored, int tablePrefix) {}

  /**
   * Builds a block of random shape: lengths, versions, sequences, and large values now and then.
   */
  private static Sample sample(Random random) {
    int prefix = random.nextInt(4);
    var keys = new TreeSet<byte[]>(Arrays::compareUnsigned);
    int count = 1 + random.nextInt(60);
    int longest = 1 + random.nextInt(20);
    while (keys.size() < count && keys.size() < 1 << longest) {
      byte[] key = new byte[prefix + random.nextInt(longest + 1)];
      for (int i = prefix; i < key.length; i++) {
        key[i] = (byte) random.nextInt(1 + random.nextInt(255));
      }
      keys.add(key);
    }
    var builder = new BlockBuilder();
    int largestValue = random.nextInt(8) == 0 ? 9_000 : 100;
    boolean hasSequences = random.nextBoolean();
    byte[] last = new byte[0];
    for (byte[] key : keys) {
      int shared = Bytes.commonPrefix(key, key.length, last, last.length);
      byte[] value = new byte[random.nextInt(largestValue)];
      random.nextBytes(value);
      long sequence = hasSequences ? random.nextLong(1L << random.nextInt(1, 60)) : 0;
      builder.add(key, key.length, shared, prefix, value.length == 0, sequence, value.length);
      builder.addValue(MemorySegment.ofArray(value), 0, value.length);
      last = key;
    }
    return sample(builder, prefix);
  }

  private static Sample sample(BlockBuilder builder, int prefix) {
    int headerLength = builder.layOut();
    byte[] whole = Arrays.copyOf(builder.header(), headerLength + builder.entriesLength());
    System.arraycopy(builder.entries(), 0, whole, headerLength, builder.entriesLength());
    int left = builder.sequencesAt() - builder.headsAt();
    byte[] stored = Arrays.copyOf(whole, whole.length - left);
    System.arraycopy(
        whole, builder.sequencesAt(), stored, builder.headsAt(), stored.length - builder.headsAt());
    return new Sample(whole, stored, prefix);
  }

  private byte[] restore(byte[] stored, int size, int tablePrefix) {
    byte[] target = new byte[size + EntryFormat.SLACK_BYTES];
    LeanBlock.restore(codec, stored, target, size, tablePrefix);
    return Arrays.copyOf(target, size);
  }

  @RepeatedTest(200)
  void everyBlockComesBack(RepetitionInfo repetition) {
    Sample sample = sample(new Random(repetition.getCurrentRepetition()));
    assertThat(restore(sample.stored, sample.whole.length, sample.tablePrefix))
        .isEqualTo(sample.whole);
  }

  @Test
  void headsAndOffsetsAreLeftOut() {
    var builder = new BlockBuilder();
    for (int i = 0; i < 10; i++) {
      byte[] key = {'k', (byte) i};
      builder.add(key, 2, i == 0 ? 0 : 1, 1, false, 0, 0);
    }
    Sample sample = sample(builder, 1);
    assertThat(sample.whole).hasSize(sample.stored.length + 10 * (BlockFormat.HEAD_BYTES + 2));
  }

  @RepeatedTest(10)
  void noByteIsTrusted(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    Sample sample = sample(random);
    int refused = 0;
    for (int i = 0; i < DAMAGES; i++) {
      byte[] stored = sample.stored.clone();
      for (int j = random.nextInt(3); j >= 0; j--) {
        int at = random.nextInt(random.nextBoolean() ? stored.length : Math.min(40, stored.length));
        stored[at] = random.nextBoolean() ? (byte) random.nextInt(256) : (byte) -1;
      }
      int size = random.nextInt(4) > 0 ? sample.whole.length : random.nextInt(2 * stored.length);
      if (random.nextInt(8) == 0) {
        stored = Arrays.copyOf(stored, random.nextInt(stored.length));
      }
      try {
        byte[] restored = restore(stored, size, sample.tablePrefix);
        assertThat(Arrays.equals(restored, 0, 8, stored, 0, 8)).isTrue();
      } catch (IllegalArgumentException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(DAMAGES / 8);
  }

  @Test
  void aLongPrefixIsSharedInPart() {
    for (int shared : new int[] {255, 256, 257, 60_000}) {
      var builder = new BlockBuilder();
      byte[] key = new byte[shared + 1];
      for (int i = 0; i < 3; i++) {
        key[shared] = (byte) i;
        builder.add(key, key.length, i == 0 ? 0 : shared, 0, i == 1, i == 2 ? 7 : 0, 0);
      }
      Sample sample = sample(builder, 0);
      assertThat(restore(sample.stored, sample.whole.length, 0)).isEqualTo(sample.whole);
    }
  }

  @Test
  void aNumberThatIsLongerThanItHasToBeIsRefused() {
    byte[] sound = {1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 'k'};
    byte[] padded = {1, 0, 0, 0, 0, 0, 0, 0, 1, (byte) 0x80, 0, 'k'};
    byte[] restored = restore(sound, 17, 0);
    assertThat(restored).endsWith(1, 0, 'k');
    assertThatThrownBy(() -> restore(padded, 18, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aBlockOfNothingIsRefused() {
    assertThatThrownBy(() -> restore(new byte[0], 100, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> restore(new byte[20], 4, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

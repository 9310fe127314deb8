package org.anvildb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.anvildb.api.Limits;
import org.anvildb.bytes.Checksum;
import org.anvildb.log.RecordFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BatchEncoderTest {
  private static final int START = RecordFormat.LEAD_BYTES + RecordFormat.HEADER_BYTES;

  private final BatchEncoder batch = new BatchEncoder();

  private byte[] body() {
    return Arrays.copyOfRange(batch.buffer(), START, START + batch.bytes());
  }

  @Test
  void bytesAreGolden() {
    batch.put(0, "key".getBytes(), "value".getBytes());
    batch.delete(0x01020304, "a".getBytes());
    assertThat(HexFormat.of().formatHex(body()))
        .isEqualTo(
            "010003000500000000000000" // put, 3, 5, keyspace 0
                + "6b6579"
                + "76616c7565"
                + "00000000"
                + "020001000000000004030201" // delete, 1, 0, keyspace 0x01020304
                + "61"
                + "000000");
    assertThat(batch.count()).isEqualTo(2);
    assertThat(batch.bytes()).isEqualTo(40);
    assertThat(batch.userBytes()).isEqualTo(9);
  }

  @Test
  void operationsOfAnyLengthComeBack() {
    long seed = 5;
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      batch.clear();
      Random content = new Random(seed + round);
      int count = 1 + random.nextInt(20);
      byte[][] keys = new byte[count][];
      byte[][] values = new byte[count][];
      for (int i = 0; i < count; i++) {
        keys[i] = new byte[content.nextInt(40)];
        values[i] = new byte[content.nextInt(300)];
        content.nextBytes(keys[i]);
        content.nextBytes(values[i]);
        if (i % 3 == 2) {
          values[i] = new byte[0];
          batch.delete(i, keys[i]);
        } else {
          batch.put(i, keys[i], values[i]);
        }
      }
      byte[] body = body();
      MemorySegment log = MemorySegment.ofArray(body);
      assertThat(BatchReader.problem(log, 0, body.length, count)).isNull();
      long at = 0;
      for (int i = 0; i < count; i++) {
        assertThat(BatchFormat.kind(log, at))
            .isEqualTo(i % 3 == 2 ? BatchFormat.DELETE : BatchFormat.PUT);
        assertThat(BatchFormat.keyspace(log, at)).isEqualTo(i);
        int key = (int) BatchFormat.keyOffset(at);
        int value = key + BatchFormat.keyLength(log, at);
        assertThat(Arrays.copyOfRange(body, key, value)).isEqualTo(keys[i]);
        assertThat(Arrays.copyOfRange(body, value, value + BatchFormat.valueLength(log, at)))
            .isEqualTo(values[i]);
        at = BatchFormat.next(log, at);
      }
      assertThat(at).isEqualTo(body.length);
      assertThat(batch.bodyChecksum()).isEqualTo(Checksum.of(body, 0, body.length));
    }
  }

  @Test
  @SuppressWarnings("NullAway") // on purpose
  void whatIsTooLargeIsRefusedAndLeavesTheBatchUsable() {
    batch.put(1, new byte[3], new byte[3]);
    byte[] before = body();
    assertThatThrownBy(() -> batch.put(1, new byte[70_000], new byte[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("key 70000 bytes > max 65535");
    assertThatThrownBy(() -> batch.delete(1, new byte[Limits.MAX_KEY_BYTES + 1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> batch.put(1, null, new byte[1]))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> batch.put(1, new byte[1], null))
        .isInstanceOf(NullPointerException.class);
    assertThat(body()).isEqualTo(before);
    assertThat(batch.count()).isEqualTo(1);
    assertThat(batch.userBytes()).isEqualTo(6);
    batch.put(1, new byte[Limits.MAX_KEY_BYTES], new byte[0]);
    byte[] body = body();
    assertThat(BatchReader.problem(MemorySegment.ofArray(body), 0, body.length, 2)).isNull();
  }

  @Test
  void theChecksumFollowsTheContent() {
    batch.put(1, new byte[] {1}, new byte[] {2});
    int first = batch.bodyChecksum();
    batch.put(1, new byte[] {3}, new byte[] {4});
    assertThat(batch.bodyChecksum()).isNotEqualTo(first);
    batch.clear();
    assertThat(batch.bytes()).isZero();
    assertThat(batch.userBytes()).isZero();
    batch.put(1, new byte[] {1}, new byte[] {2});
    assertThat(batch.bodyChecksum()).isEqualTo(first);
  }

  @Test
  void aHugeBufferIsNotKept() {
    batch.put(1, new byte[1], new byte[3 << 20]);
    batch.clear();
    assertThat(batch.buffer().length).isLessThan(1 << 20);
    batch.put(1, new byte[1], new byte[100_000]);
    int kept = batch.buffer().length;
    batch.clear();
    assertThat(batch.buffer()).hasSize(kept);
  }

  @Test
  void aBatchThatWasDamagedIsTold() {
    batch.put(1, new byte[5], new byte[9]);
    batch.delete(2, new byte[4]);
    byte[] body = body();
    assertThat(problem(body, 1)).contains("follow");
    assertThat(problem(body, 3)).contains("operation 2 of 3 is cut off");
    assertThat(problem(with(body, 0, 7), 2)).contains("unknown kind 7");
    assertThat(problem(with(body, 1, 7), 2)).contains("reserved");
    assertThat(problem(with(body, 3, 7), 2)).contains("beyond");
    assertThat(problem(with(body, 4, 99), 2)).contains("beyond");
    assertThat(problem(with(body, 7, 0x80), 2)).contains("value of");
    assertThat(problem(with(body, 7, 0x7f), 2)).contains("value of");
    assertThat(problem(with(body, 11, 0x80), 2)).contains("keyspace");
    assertThat(problem(with(body, 31, 1), 2)).contains("padding");
    assertThat(problem(with(body, 32 + 4, 1), 2)).contains("deletes");
  }

  @Test
  void noDamagedByteLeadsBeyondTheBatch() {
    batch.put(1, new byte[5], new byte[9]);
    batch.delete(2, new byte[4]);
    byte[] body = body();
    for (int i = 0; i < body.length; i++) {
      for (int flip = 1; flip < 256; flip++) {
        byte[] bad = with(body, i, body[i] ^ flip);
        for (int count : new int[] {1, 2, 3, Integer.MAX_VALUE}) {
          problem(bad, count);
        }
      }
    }
  }

  private static byte[] with(byte[] body, int at, int value) {
    byte[] bad = body.clone();
    bad[at] = (byte) value;
    return bad;
  }

  private static @Nullable String problem(byte[] body, int count) {
    return BatchReader.problem(MemorySegment.ofArray(body), 0, body.length, count);
  }
}

package org.anvildb.bench.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

final class ValueWriterTest {
  @Test
  void aboutHalfOfABlockOfValuesCanBeCompressedAway() {
    ValueWriter writer = new ValueWriter(100);
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < 40; i++) {
      block.writeBytes(writer.write(i, writer.newValue()));
    }
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(block.toByteArray());
      deflater.finish();
      int compressed = deflater.deflate(new byte[8192]);
      assertThat((double) compressed / block.size()).isBetween(0.45, 0.70);
    }
  }

  @Test
  void saltsGiveOtherValuesAndTheSameSaltTheSame() {
    ValueWriter writer = new ValueWriter(100);
    byte[] first = writer.write(1, writer.newValue());
    assertThat(writer.write(2, writer.newValue())).isNotEqualTo(first);
    assertThat(new ValueWriter(100).write(1, writer.newValue())).isEqualTo(first);
  }

  @Test
  void valuesOfAnyLengthAreWritten() {
    for (int length : new int[] {0, 1, 7, 8, 9, 100, 5000}) {
      assertThat(new ValueWriter(length).write(5, new byte[length])).hasSize(length);
    }
  }
}

package org.anvildb.bench.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

final class SinkTest {
  @Test
  void theFormOfTheBytesMakesNoDifference() {
    for (int length : new int[] {0, 1, 7, 8, 9, 16, 100}) {
      byte[] bytes = new ValueWriter(length).write(3, new byte[length]);
      Sink ofArray = new Sink();
      Sink ofBuffer = new Sink();
      Sink ofSegment = new Sink();
      ofArray.fold(bytes);
      ofBuffer.fold(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()));
      ofSegment.fold(MemorySegment.ofArray(bytes));
      assertThat(ofBuffer.sum()).as("length %d", length).isEqualTo(ofArray.sum());
      assertThat(ofSegment.sum()).as("length %d", length).isEqualTo(ofArray.sum());
    }
  }
}

package org.anvildb.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Supplier;
import org.anvildb.wal.BatchEncoder;
import org.junit.jupiter.api.Test;

final class EncoderPoolTest {
  private boolean isFull;

  private final Supplier<BatchEncoder> memory =
      () -> {
        if (isFull) {
          throw new OutOfMemoryError("injected");
        }
        return new BatchEncoder();
      };

  @Test
  void aBufferThatIsGivenBackIsUsedAgain() {
    EncoderPool pool = new EncoderPool(memory);
    BatchEncoder first = pool.take();
    pool.giveBack(first);
    assertThat(pool.take()).isSameAs(first);
    BatchEncoder second = pool.take();
    assertThat(second).isNotSameAs(first);
    pool.giveBack(second);
    pool.giveBack(first);
    assertThat(pool.take()).isSameAs(first);
  }

  @Test
  void aSlotIsNotLostWhenThereWasNoMemoryForItsBuffer() {
    EncoderPool pool = new EncoderPool(memory);
    isFull = true;
    assertThatThrownBy(pool::take).isInstanceOf(OutOfMemoryError.class);
    isFull = false;
    BatchEncoder first = pool.take();
    pool.giveBack(first);
    assertThat(pool.take()).isSameAs(first);
  }
}

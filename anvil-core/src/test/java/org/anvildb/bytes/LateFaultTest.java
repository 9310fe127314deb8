package org.anvildb.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Holds that {@link LateFault#deliver} throws what is due, in compiled code, too. */
@EnabledOnOs(OS.LINUX)
final class LateFaultTest {
  private static final int BYTES = 8192;
  private static final int WARM = 20_000;
  private static final int FILES = 200;

  private long kept;

  @Test
  void anErrorThatIsNotedComesBeforeAnythingIsKept(@TempDir Path directory) throws IOException {
    int thrown = 0;
    for (int i = 0; i < FILES; i++) {
      Path file = directory.resolve("file" + i);
      try (FileChannel channel =
              FileChannel.open(
                  file,
                  StandardOpenOption.CREATE_NEW,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          Arena arena = Arena.ofConfined()) {
        channel.write(ByteBuffer.allocate(BYTES));
        MemorySegment memory = channel.map(FileChannel.MapMode.READ_ONLY, 0, BYTES, arena);
        for (int j = 0; j < WARM / (i == 0 ? 1 : 10); j++) {
          keep(memory, j % (BYTES / 8) * 8L);
        }
        channel.truncate(0);
        kept = -1;
        try {
          keep(memory, 0);
        } catch (InternalError e) {
          thrown++;
        }
        assertThat(kept).isEqualTo(-1);
      }
    }
    assertThat(thrown).isEqualTo(FILES);
  }

  private void keep(MemorySegment memory, long at) {
    long value = memory.get(Bytes.LE_LONG, at);
    LateFault.deliver();
    kept = value;
  }
}

package org.anvildb.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DirectoriesTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCopyHasTheSameBytes(boolean isSparse) throws IOException {
    Path source = directory.resolve("a");
    Files.createDirectories(source.resolve("b"));
    byte[] bytes = new byte[300_001];
    new Random(5).nextBytes(bytes);
    Arrays.fill(bytes, 65_536, 250_000, (byte) 0);
    Files.write(source.resolve("b/mixed"), bytes);
    Files.write(source.resolve("zeros"), new byte[200_000]);
    Files.write(source.resolve("empty"), new byte[0]);
    Path copy = directory.resolve("copy");
    Directories.copy(source, copy, isSparse);
    assertThat(copy.resolve("b/mixed")).hasBinaryContent(bytes);
    assertThat(copy.resolve("zeros")).hasBinaryContent(new byte[200_000]);
    assertThat(copy.resolve("empty")).isEmptyFile();
    Directories.delete(copy);
    assertThat(copy).doesNotExist();
  }

  @Test
  void allocatedBytesAreAtLeastThoseThatWereWritten() throws IOException {
    byte[] bytes = new byte[1 << 20];
    new Random(5).nextBytes(bytes);
    Path file = Files.write(directory.resolve("file"), bytes);
    Directories.sync(directory);
    assertThat(Directories.allocatedBytes(directory)).isBetween(1L << 20, 2L << 20);
    assertThat(file).exists();
  }
}

package org.anvildb.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.StorageException;
import org.anvildb.api.TooManyOpenFilesException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The system's words become the exception that says what to do. */
final class SystemFailureTest {
  @TempDir Path top;

  private StorageException translate(IOException e) {
    return SystemFailure.translate(top.resolve("a"), "append", 1, e);
  }

  @Test
  void aFullDiskTellsWhatIsNeededAndFree() {
    for (String words :
        new String[] {
          "No space left on device", "Disk quota exceeded", "There is not enough space on the disk"
        }) {
      assertThat(translate(new IOException(words)))
          .isInstanceOf(DiskFullException.class)
          .hasMessageMatching(
              Pattern.quote(top + "/a: cannot append: " + words)
                  + " \\(1 bytes needed, \\d+ free\\); make room");
      assertThat(translate(new FileSystemException("a", null, words)))
          .isInstanceOf(DiskFullException.class);
    }
  }

  @Test
  void aFullDiskIsKnownInAnyLanguageByItsRoom() {
    IOException e = new IOException("Kein Speicherplatz mehr verfügbar");
    assertThat(SystemFailure.translate(top.resolve("a"), "append", Long.MAX_VALUE, e))
        .isInstanceOf(DiskFullException.class);
    assertThat(translate(e)).isExactlyInstanceOf(StorageException.class);
  }

  @Test
  void noDescriptorLeft() {
    assertThat(translate(new FileNotFoundException("/x/a (Too many open files)")))
        .isInstanceOf(TooManyOpenFilesException.class)
        .hasMessageContaining("/a: cannot append: Too many open files; close other files");
  }

  @Test
  void otherFailuresShowPathAndReason() {
    assertThat(translate(new FileNotFoundException("/x (y)/a (Is a directory)")))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage(top + "/a: cannot append: Is a directory");
    assertThat(translate(new NoSuchFileException("a")))
        .hasMessageEndingWith("no such file or directory");
    assertThat(translate(new AccessDeniedException("a"))).hasMessageEndingWith("permission denied");
    assertThat(translate(new IOException("Input/output error")))
        .hasMessageEndingWith("Input/output error")
        .hasCauseInstanceOf(IOException.class);
    assertThat(translate(new IOException())).hasMessageEndingWith("java.io.IOException");
    assertThat(translate(new FileNotFoundException("a (b) is away")))
        .hasMessage(top + "/a: cannot append: a (b) is away");
    assertThat(translate(new FileNotFoundException("(nothing)")))
        .hasMessageEndingWith("cannot append: (nothing)");
    assertThat(translate(new FileNotFoundException()))
        .hasMessageEndingWith("java.io.FileNotFoundException");
  }
}

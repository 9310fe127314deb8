package org.anvildb.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.StorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the system refuses becomes a typed failure that names the file, and nothing stays half done.
 * The refusals are real ones: of a full device, of files of the kernel, of names that are taken.
 */
final class LocalFailureTest {
  private static final Path FULL = Path.of("/dev/full");

  /** A directory of the kernel, which lets nobody change it. */
  private static final Path KERNEL = Path.of("/proc/self");

  @TempDir Path top;

  private LocalStorage open() {
    return LocalStorage.open(top, false, false);
  }

  private static LocalAppendFile onFullDevice() throws IOException {
    assumeTrue(Files.exists(FULL), "only Linux has a device that is full");
    return new LocalAppendFile(FULL, new RandomAccessFile(FULL.toFile(), "rw"));
  }

  private static void assertGivenUp(LocalAppendFile file) {
    for (Runnable use : new Runnable[] {() -> file.append(new byte[1], 0, 1), file::sync}) {
      assertThatThrownBy(use::run)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("/dev/full: an earlier write or sync failed, so the file is given")
          .hasCauseInstanceOf(DiskFullException.class);
    }
    file.close();
  }

  @Test
  void anAppendThatFindsNoRoomIsTypedAndGivesTheFileUp() throws IOException {
    LocalAppendFile file = onFullDevice();
    assertThatThrownBy(() -> file.append(new byte[100], 0, 100))
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("/dev/full: cannot append 100 bytes at 0: No space left on device");
    assertThat(file.length()).isZero();
    assertGivenUp(file);
  }

  @Test
  void aLargeFileThatFindsNoRoomFailsWhereItsBytesReachTheDisk() throws IOException {
    byte[] half = new byte[SliceWriter.SLICE_BYTES / 2];
    LocalAppendFile appended = onFullDevice();
    appended.append(half, 0, half.length);
    assertThatThrownBy(() -> appended.append(half, 0, half.length))
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("cannot append");
    assertGivenUp(appended);
    LocalAppendFile synced = onFullDevice();
    synced.append(half, 0, half.length);
    assertThatThrownBy(synced::sync)
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("cannot sync");
    assertGivenUp(synced);
    LocalAppendFile closed = onFullDevice();
    closed.append(half, 0, half.length);
    assertThatThrownBy(closed::close)
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("cannot close");
    closed.close();
  }

  @Test
  void zerosThatFindNoRoomTellHowMuchWasNeeded() throws IOException {
    assumeTrue(Files.exists(FULL), "only Linux has a device that is full");
    RandomAccessFile device = new RandomAccessFile(FULL.toFile(), "rw");
    assertThatThrownBy(() -> NewFile.writeZeros(FULL, device, 10_000))
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("cannot create a file of 10000 bytes")
        .hasMessageContaining("(10000 bytes needed");
    assertThatThrownBy(device::length).isInstanceOf(IOException.class);
  }

  @Test
  void aMappingThatAChannelWritesFromStaysUntilItIsDone() throws Exception {
    MappedFile file = open().createMapped("a", 4 << 20);
    Pipe pipe = Pipe.open();
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try (var sink = pipe.sink()) {
                sink.write(file.memory().asByteBuffer());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    ByteBuffer read = ByteBuffer.allocate(1 << 20);
    assertThat(pipe.source().read(read.limit(1))).isEqualTo(1);
    assertThatThrownBy(file::close)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("in use by a channel");
    while (pipe.source().read(read.clear()) >= 0) {
      assertThat(read.position()).isPositive();
    }
    writer.join();
    file.close();
    assertThat(file.memory().scope().isAlive()).isFalse();
  }

  @Test
  void aReservationBeyondTheDiskFailsAtOnceAndLeavesNothing() throws IOException {
    assumeTrue(System.getProperty("os.name").startsWith("Linux"));
    long bytes = 1L << 50;
    assumeTrue(open().freeBytes() < bytes);
    assertThatThrownBy(() -> open().reserveMapped("a", bytes))
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("(" + bytes + " bytes needed");
    assertThat(top).isEmptyDirectory();
    assertThatThrownBy(() -> open().reserveMapped("a", 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aForceThatFailedIsNotTriedAgainOnThatFile() {
    int[] calls = {0};
    try (Arena arena = Arena.ofConfined()) {
      LocalMappedFile file =
          new LocalMappedFile(
              top.resolve("000001.wal"),
              arena,
              arena.allocate(4096),
              _ -> {
                calls[0]++;
                throw new UncheckedIOException(new IOException("Input/output error"));
              });
      assertThatThrownBy(() -> file.force(8, 16))
          .isInstanceOf(StorageException.class)
          .hasMessage(top + "/000001.wal: cannot force 16 bytes at 8: Input/output error");
      assertThatThrownBy(() -> file.force(0, 8))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("an earlier force failed, the file is given up");
      assertThat(calls[0]).isEqualTo(1);
    }
  }

  @Test
  void aFileThatIsGoneCantBeMapped() {
    Path gone = top.resolve("gone");
    for (boolean writable : new boolean[] {false, true}) {
      assertThatThrownBy(() -> LocalMappedFile.open(gone, writable))
          .isInstanceOf(StorageException.class)
          .hasMessage(gone + ": cannot map: no such file or directory");
    }
    assertThat(gone).doesNotExist();
  }

  @Test
  void aDirectoryThatIsGoneOrALinkInCirclesIsNamed() throws IOException {
    Path directory = Files.createDirectory(top.resolve("db"));
    LocalStorage storage = LocalStorage.open(directory, false, false);
    Files.delete(directory);
    String where = storage.location();
    assertThatThrownBy(storage::list)
        .isInstanceOf(StorageException.class)
        .hasMessage(where + ": cannot list: no such file or directory");
    assertThatThrownBy(() -> storage.lock(Duration.ZERO))
        .isInstanceOf(StorageException.class)
        .hasMessage(where + ": cannot lock: the directory is gone");
    assertThat(storage.exists("CURRENT")).isFalse();
    // A failure to look is not taken for a no.
    Files.createSymbolicLink(directory, directory);
    assertThatThrownBy(() -> storage.exists("CURRENT"))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith(where + "/CURRENT: cannot look up: ");
  }

  @Test
  void theKernelRefusesChangesAndEachIsNamed() throws IOException {
    assumeTrue(Files.exists(KERNEL), "only Linux shows its kernel as files");
    LocalStorage storage = new LocalStorage(KERNEL, false);
    assertThatThrownBy(() -> storage.delete("status"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("/proc/self/status: cannot delete: ");
    assertThatThrownBy(() -> storage.create("000001.sst"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("/proc/self/000001.sst: cannot create: ");
    assertThatThrownBy(storage::syncDirectory)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("/proc/self: cannot sync directory: ");
    assertThat(Files.readString(KERNEL.resolve("status"))).contains("Name:");
  }

  @Test
  void aFileThatEndsBeforeItsSizeGivesWhatItHas() throws IOException {
    Path pages = Path.of("/sys/kernel/mm/transparent_hugepage");
    assumeTrue(Files.isReadable(pages.resolve("enabled")), "no file that tells a wrong size");
    LocalStorage storage = new LocalStorage(pages, true);
    byte[] read = storage.read("enabled", 0, 4096);
    assertThat(read).isEqualTo(Files.readAllBytes(pages.resolve("enabled")));
    assertThat(storage.size("enabled")).isGreaterThan(read.length);
    assertThatThrownBy(() -> storage.link("enabled", open()))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            pages
                + "/enabled: ends at "
                + read.length
                + " of "
                + storage.size("enabled")
                + " bytes");
    assertThat(top).isEmptyDirectory();
  }

  @Test
  void aReadThatTheSystemRefusesIsNamed() {
    Path network = Path.of("/sys/class/net/lo");
    assumeTrue(Files.isRegularFile(network.resolve("speed")), "no file that can't be read");
    assertThatThrownBy(() -> new LocalStorage(network, true).read("speed", 0, 10))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("/speed: cannot read 10 bytes at 0: ");
  }

  @Test
  void aRenamingOverAFolderFailsAndKeepsBoth() throws IOException {
    Files.createFile(Files.createDirectory(top.resolve("b")).resolve("inside"));
    Files.writeString(top.resolve("a"), "text");
    assertThatThrownBy(() -> open().rename("a", "b"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("/a: cannot rename to b: ");
    assertThat(top.resolve("a")).hasContent("text");
    assertThat(top.resolve("b").resolve("inside")).exists();
  }

  @Test
  void aRenamingThatIsRefusedForAWhileIsTriedAgain() throws Exception {
    Path source = Files.writeString(top.resolve("a"), "text");
    Path target = Files.createDirectory(top.resolve("b"));
    assertThatThrownBy(() -> LocalDirectories.move(source, target, 3))
        .isInstanceOf(IOException.class);
    Thread scanner =
        Thread.ofPlatform()
            .start(() -> {
              try {
                Files.delete(target);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    LocalDirectories.move(source, target, Integer.MAX_VALUE);
    scanner.join();
    assertThat(target).hasContent("text");
    assertThat(source).doesNotExist();
  }

  @Test
  void aPathOfAnotherFileSystemIsRefused() throws IOException {
    try (FileSystem zip =
        FileSystems.newFileSystem(top.resolve("a.zip"), Map.of("create", "true"))) {
      assertThatThrownBy(() -> LocalStorage.open(zip.getPath("db"), true, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("db is not a path of the default file system");
    }
  }

  @Test
  void aTargetForARepairBelowALinkInCirclesIsRefused() throws IOException {
    Path link = top.resolve("link");
    Path below = Files.createSymbolicLink(link, link).resolve("db");
    assertThatThrownBy(() -> LocalStorage.openEmpty(below, open()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(below + ": cannot open directory: ");
  }

  @Test
  void aParentThatCantBeReadDoesNotKeepADirectoryFromBeingMade() throws IOException {
    Path parent = Files.createDirectory(top.resolve("parent"));
    assumeTrue(parent.toFile().setReadable(false) && !Files.isReadable(parent));
    try {
      assertThatThrownBy(() -> LocalDirectories.force(parent))
          .isInstanceOf(AccessDeniedException.class);
      assertThat(LocalStorage.open(parent.resolve("db"), true, false).list()).isEmpty();
    } finally {
      assertThat(parent.toFile().setReadable(true)).isTrue();
    }
  }

  @Test
  void aFileLinkedToAnotherFileSystemIsCopied() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeTrue(Files.isWritable(memory), "no second file system");
    byte[] bytes = new byte[3 << 20];
    Arrays.fill(bytes, (byte) 7);
    Files.write(top.resolve("000001.sst"), bytes);
    Path other = Files.createTempDirectory(memory, "anvil");
    try {
      open().link("000001.sst", LocalStorage.open(other, false, false));
      assertThat(Files.readAllBytes(other.resolve("000001.sst"))).isEqualTo(bytes);
    } finally {
      Files.deleteIfExists(other.resolve("000001.sst"));
      Files.delete(other);
    }
  }
}

package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Database;
import org.anvildb.bytes.Bytes;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.Storage;
import org.anvildb.version.ManifestReader;
import org.anvildb.wal.SegmentFormat;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories that someone made to do harm: sizes, counts, offsets and numbers that are absurd
 * behind checksums that are right, links to other files, names and lengths beyond all measure.
 */
final class HostileDirectoryTest {
  private static final int[] HOSTILE = {
    0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x00ff_ffff, 0x7fff_0000, 4097
  };

  private final long seed = Long.getLong("seed", 1);

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  /** A change of a file, which leaves its checksums wrong. */
  private record Variant(Path file, int offset, int number) {}

  @Test
  void numbersBehindRightChecksumsLeadToTypedExceptionsAndBoundedMemory() throws IOException {
    DamagedStore store = DamagedStore.make(temporary, 40, true);
    List<Variant> variants = variants(store.directory(), new Random(seed));
    try (HostileRun run = new HostileRun()) {
      for (Variant variant : variants) {
        Path copy = MisuseDirectories.copy(store.directory(), temporary.resolve("hostile"));
        write(variant, copy);
        String what = variant.file().getFileName() + " with " + variant.number();
        run.play(copy, temporary.resolve("target"), what + " at " + variant.offset());
        HostileRun.delete(copy);
        HostileRun.delete(temporary.resolve("target"));
      }
      System.out.println("hostile numbers: " + run.counts());
      assertThat(run.violations()).as("seed " + seed).isEmpty();
      assertThat(run.runs()).isGreaterThanOrEqualTo(500);
    }
  }

  private static List<Variant> variants(Path directory, Random random) throws IOException {
    List<Variant> variants = new ArrayList<>();
    add(variants, directory.resolve("CURRENT"), 8, 44, 3, random);
    Path manifest = MisuseDirectories.manifest(directory);
    int manifestBytes = (int) Files.size(manifest);
    add(variants, manifest, 8, 44, 2, random);
    add(variants, manifest, 48, 80, 4, random);
    for (int i = 0; i < 60; i++) {
      variants.add(variant(manifest, 80 + random.nextInt(manifestBytes - 90), random));
    }
    List<Path> tables = MisuseDirectories.named(directory, ".sst");
    for (int t = 0; t < 3; t++) {
      Path table = tables.get(t * (tables.size() - 1) / 2);
      byte[] bytes = Files.readAllBytes(table);
      int footer = bytes.length - 64;
      add(variants, table, footer, footer + 60, 2, random);
      int properties = Bytes.getInt(bytes, footer + 24);
      add(variants, table, properties, properties + 72, 2, random);
      int index = Bytes.getInt(bytes, footer + 8);
      for (int i = 0; i < 15; i++) {
        variants.add(variant(table, index + random.nextInt(properties - index - 4), random));
        variants.add(variant(table, random.nextInt(64), random));
      }
    }
    addRestoredSizes(variants, tables);
    for (Path segment : MisuseDirectories.named(directory, ".wal")) {
      if (Files.size(segment) > 8192) {
        add(variants, segment, 0, 56, 1, random);
        for (int i = 0; i < 20; i++) {
          variants.add(variant(segment, 4096 + random.nextInt(400), random));
        }
      }
    }
    return variants;
  }

  /** Of a compressed table, sizes of blocks in memory that no writer has chosen. */
  private static void addRestoredSizes(List<Variant> variants, List<Path> tables)
      throws IOException {
    for (Path table : tables) {
      byte[] bytes = Files.readAllBytes(table);
      int footer = bytes.length - 64;
      int properties = Bytes.getInt(bytes, footer + 24);
      int blocks = Bytes.getInt(bytes, properties + 40);
      if (bytes[properties + 52] == 0) {
        continue;
      }
      int sizes = Bytes.getInt(bytes, footer + 8) + 8 * blocks + 4 * (blocks + 1);
      for (int size : new int[] {0, 1, -1, Integer.MAX_VALUE, 0x7fff_0000, 128 << 20}) {
        variants.add(new Variant(table, sizes, size));
        variants.add(new Variant(table, sizes + 4 * (blocks - 1), size));
      }
      return;
    }
    throw new AssertionError("no table is compressed");
  }

  private static void add(
      List<Variant> variants, Path file, int from, int to, int each, Random random) {
    for (int at = from; at < to; at += 4) {
      for (int i = 0; i < each; i++) {
        variants.add(variant(file, at, random));
      }
    }
  }

  private static Variant variant(Path file, int at, Random random) {
    return new Variant(file, at, HOSTILE[random.nextInt(HOSTILE.length)]);
  }

  /** Writes a variant into a copy, and makes the checksums right. */
  private static void write(Variant variant, Path copy) throws IOException {
    Path file = copy.resolve(variant.file().getFileName());
    String name = file.getFileName().toString();
    byte[] bytes = Files.readAllBytes(file);
    int old = name.endsWith(".sst") ? Reseal.footerChecksum(bytes) : 0;
    Bytes.putInt(bytes, variant.offset(), variant.number());
    if (name.endsWith(".sst")) {
      Path manifest = MisuseDirectories.manifest(copy);
      byte[] edits = Files.readAllBytes(manifest);
      Reseal.name(edits, old, Reseal.table(bytes));
      Files.write(manifest, edits);
    } else if (name.endsWith(".wal")) {
      Reseal.segment(bytes);
    } else if (name.equals("CURRENT")) {
      Reseal.head(bytes);
    } else {
      Reseal.manifest(bytes);
    }
    Files.write(file, bytes);
  }

  @Test
  void linksOutOfTheDirectoryAreNeverFollowed() throws IOException {
    DamagedStore store = DamagedStore.make(temporary, 41, true);
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    try (HostileRun run = new HostileRun()) {
      for (Path file : oneOfEachKind(store.directory())) {
        for (int kind = 0; kind < 4; kind++) {
          Path copy = MisuseDirectories.copy(store.directory(), temporary.resolve("linked"));
          Path link = copy.resolve(file.getFileName());
          Path victim = outside.resolve("victim");
          Files.write(victim, Files.readAllBytes(file));
          Files.delete(link);
          switch (kind) {
            case 0 -> Files.createSymbolicLink(link, victim);
            case 1 -> Files.createSymbolicLink(link, outside.resolve("nothing"));
            case 2 -> Files.createSymbolicLink(link, outside);
            default -> Files.createSymbolicLink(link, link);
          }
          byte[] before = Files.readAllBytes(victim);
          run.play(
              copy, temporary.resolve("target"), "link " + kind + " for " + link.getFileName());
          assertThat(Files.readAllBytes(victim)).as(link.toString()).isEqualTo(before);
          assertThat(files(outside)).containsExactly(victim);
          HostileRun.delete(copy);
          HostileRun.delete(temporary.resolve("target"));
        }
      }
      System.out.println("hostile links: " + run.counts());
      assertThat(run.violations()).isEmpty();
      assertThat(run.runs()).isGreaterThanOrEqualTo(20);
    }
  }

  @Test
  void aLinkInThePlaceOfTheLockFileIsRefusedAndItsTargetUnchanged() throws IOException {
    DamagedStore store = DamagedStore.make(temporary, 42, true);
    Path victim = temporary.resolve("victim");
    Files.writeString(victim, "precious");
    Path link = store.directory().resolve("LOCK");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, victim);
    assertThatThrownBy(() -> Anvil.open(store.directory())).isInstanceOf(AnvilException.class);
    assertThat(victim).hasContent("precious");
  }

  @Test
  void namesAndLengthsBeyondAllMeasureDoNoHarm() throws IOException {
    List<String> names =
        List.of(
            "999999999999999999.sst",
            "999999999999999999.wal",
            "MANIFEST-999999999999999999",
            "999999999999999998.wal",
            "000000.sst",
            "0000001.sst",
            "CURRENT.tmp",
            "..sst",
            "CURRENT ",
            "000001.SST");
    DamagedStore store = DamagedStore.make(temporary, 43, true);
    try (HostileRun run = new HostileRun()) {
      for (String name : names) {
        for (long size : new long[] {0, 5000, 200L << 20}) {
          Path copy = MisuseDirectories.copy(store.directory(), temporary.resolve("named"));
          try (var file = new RandomAccessFile(copy.resolve(name).toFile(), "rw")) {
            file.setLength(size);
          }
          run.play(copy, temporary.resolve("target"), name + " of " + size);
          HostileRun.delete(copy);
          HostileRun.delete(temporary.resolve("target"));
        }
      }
      System.out.println("hostile names: " + run.counts());
      assertThat(run.violations()).isEmpty();
      assertThat(run.runs()).isGreaterThanOrEqualTo(30);
    }
  }

  @Test
  void filesThatAreMadeLongWithoutTakingSpaceTakeNoMemory() throws IOException {
    try (HostileRun run = new HostileRun()) {
      DamagedStore store = DamagedStore.make(temporary, 90, true);
      for (Path file : oneOfEachKind(store.directory())) {
        for (long size : new long[] {100L << 20, 300L << 20}) {
          Path copy = MisuseDirectories.copy(store.directory(), temporary.resolve("long"));
          try (var bytes = new RandomAccessFile(copy.resolve(file.getFileName()).toFile(), "rw")) {
            bytes.setLength(size);
          }
          run.play(copy, temporary.resolve("target"), file.getFileName() + " of " + size);
          HostileRun.delete(copy);
          HostileRun.delete(temporary.resolve("target"));
        }
      }
      System.out.println("hostile lengths: " + run.counts());
      assertThat(run.violations()).isEmpty();
      assertThat(run.runs()).isGreaterThanOrEqualTo(10);
    }
  }

  @Test
  void aLogFileThatIsLongerThanAnySegmentIsCorrupt() throws IOException {
    DamagedStore store = DamagedStore.make(temporary, 90, true);
    Path log = firstOfTheLog(store.directory());
    try (var bytes = new RandomAccessFile(log.toFile(), "rw")) {
      bytes.setLength((1L << 34) + 4096);
    }
    assertThatThrownBy(() -> Anvil.open(store.directory()))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(String.valueOf(log.getFileName()));
  }

  @Test
  void whatIsWrittenBesideAFileOfTheHighestNumberIsThereAfterwards() throws IOException {
    Path directory = temporary.resolve("high");
    try (Database db = Anvil.open(directory)) {
      db.put(SeedKeys.key(1), SeedKeys.value(1, 0));
    }
    Files.createFile(directory.resolve("999999999999999999.wal"));
    int written = 1;
    for (int life = 2; life < 5; life++) {
      try (Database db = Anvil.open(directory)) {
        db.put(SeedKeys.key(life), SeedKeys.value(life, 0));
        db.compact();
        written = life;
      } catch (AnvilException e) {
        assertThat(e).hasMessageContaining("number");
      }
    }
    Files.deleteIfExists(directory.resolve("999999999999999999.wal"));
    try (Database db = Anvil.open(directory)) {
      assertThat(SeedKeys.numbers(db)).contains(1, written);
    }
  }

  @Test
  void filesAndDirectoriesBelongToTheirOwnerAlone() throws IOException {
    Assumptions.assumeTrue(
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    DamagedStore store = DamagedStore.make(temporary, 91, false);
    Path target = temporary.resolve("target");
    Anvil.repair(store.directory(), target);
    for (Path made : List.of(temporary.resolve("living-91"), target)) {
      assertThat(permissions(made)).isEqualTo("rwx------");
      for (Path file : files(made)) {
        assertThat(permissions(file)).as(file.toString()).isEqualTo("rw-------");
      }
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  /** Returns the files of which every kind is among. */
  private static List<Path> oneOfEachKind(Path directory) throws IOException {
    List<Path> kinds = new ArrayList<>();
    kinds.add(directory.resolve("CURRENT"));
    kinds.add(MisuseDirectories.manifest(directory));
    kinds.add(MisuseDirectories.named(directory, ".sst").getFirst());
    kinds.add(MisuseDirectories.named(directory, ".wal").getFirst());
    kinds.add(MisuseDirectories.named(directory, ".wal").getLast());
    return kinds;
  }

  /** Returns the oldest file that is needed of the log; older ones may be kept for use again. */
  private static Path firstOfTheLog(Path directory) {
    try (Storage storage = LocalStorage.open(directory, false, true)) {
      long number = ManifestReader.read(storage).version().walFloor();
      return directory.resolve(SegmentFormat.name(number));
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }
}

package org.anvildb.proof;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.anvildb.Anvil;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.api.Keyspace;
import org.anvildb.api.WriteBatch;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.Storage;

/**
 * A database that a released version wrote, as it is kept in the resources of the tests: a zip of
 * its files, and the digest of its content.
 *
 * @param version which version wrote it
 * @param index under which of the {@link Setting#eight() eight settings}
 * @param digest of its content, as {@link #digest} tells it
 * @param files its files
 */
record CorpusDatabase(String version, int index, String digest, Map<String, byte[]> files) {
  private static final String ROOT = "/org/anvildb/corpus/";
  private static final String DIGESTS = "digests.properties";
  private static final int BATCHES = 120;
  private static final int KEYS = 150;
  private static final List<String> KEYSPACES = List.of(Database.DEFAULT_KEYSPACE, "second");

  Setting setting() {
    return Setting.eight().get(index);
  }

  /** Reads all databases of a version. */
  static List<CorpusDatabase> of(String version) {
    Properties digests = new Properties();
    List<CorpusDatabase> all = new ArrayList<>();
    try (InputStream in = resource(version + "/" + DIGESTS)) {
      digests.load(in);
      for (int i = 0; i < Setting.eight().size(); i++) {
        Map<String, byte[]> files = new TreeMap<>();
        try (var zip = new ZipInputStream(resource(version + "/" + i + ".zip"))) {
          for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
            files.put(e.getName(), zip.readAllBytes());
          }
        }
        all.add(new CorpusDatabase(version, i, digests.getProperty(String.valueOf(i)), files));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = CorpusDatabase.class.getResourceAsStream(ROOT + name);
    if (in == null) {
      throw new IOException("no resource " + ROOT + name);
    }
    return in;
  }

  /** Puts the files into a directory. */
  Path unpack(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue());
    }
    return directory;
  }

  /**
   * Writes the databases of this version of the library.
   *
   * @param resources the root of the resources of the tests
   * @param version what this version is called
   * @param scratch an empty directory
   */
  static void write(Path resources, String version, Path scratch) throws IOException {
    Path target = Files.createDirectories(resources.resolve(ROOT.substring(1)).resolve(version));
    if (Files.exists(target.resolve(DIGESTS))) {
      throw new IllegalStateException("there are databases of version " + version + " already");
    }
    StringBuilder digests = new StringBuilder("# SHA-256 of the content, see CorpusDatabase.\n");
    List<Setting> settings = Setting.eight();
    for (int i = 0; i < settings.size(); i++) {
      Path directory = scratch.resolve(String.valueOf(i));
      Path copy;
      Database db = open(LocalStorage.open(directory, true, false), settings.get(i), i);
      try {
        TreeMap<String, ByteMap> content = fill(db, i);
        digests.append(i).append('=').append(digest(content)).append('\n');
        // Every other one as if its process had been killed: with a log to be replayed.
        copy = i % 2 == 0 ? directory : MisuseDirectories.copy(directory, scratch.resolve("k" + i));
      } finally {
        db.close();
      }
      pack(copy, target.resolve(i + ".zip"));
    }
    Files.writeString(target.resolve(DIGESTS), digests);
  }

  static Database open(Storage storage, Setting setting, long seed) {
    return Anvil.open(
        storage, new InlineScheduler(new Random(seed)), new Random(seed), setting.options());
  }

  private static TreeMap<String, ByteMap> fill(Database db, int index) {
    Random random = new Random(index);
    TreeMap<String, ByteMap> content = new TreeMap<>();
    KEYSPACES.forEach(name -> content.put(name, new ByteMap()));
    for (int i = 0; i < BATCHES; i++) {
      WriteBatch batch = db.newBatch();
      for (int n = 0; n < 8; n++) {
        String name = KEYSPACES.get(random.nextInt(3) / 2);
        Keyspace keyspace = db.keyspace(name);
        byte[] key = key(random.nextInt(KEYS));
        if (random.nextInt(6) == 0) {
          batch.delete(keyspace, key);
          content.get(name).delete(key);
        } else {
          byte[] value = new byte[random.nextInt(random.nextInt(20) == 0 ? 3_000 : 120)];
          random.nextBytes(value);
          Arrays.fill(value, value.length / 2, value.length, (byte) 'x');
          batch.put(keyspace, key, value);
          content.get(name).put(key, value);
        }
      }
      db.write(batch, Durability.OS);
      if (i == BATCHES / 2) {
        db.compact();
      }
    }
    db.sync();
    return content;
  }

  static byte[] key(int number) {
    String text = number % 4 == 0 ? "" + (char) ('A' + number % 50) : "a/long/shared/prefix/";
    return (text + number).getBytes(StandardCharsets.UTF_8);
  }

  private static void pack(Path directory, Path zip) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = new ZipOutputStream(bytes)) {
      for (Path file : MisuseDirectories.named(directory, "")) {
        String name = file.getFileName().toString();
        if (!name.equals("LOCK")) {
          ZipEntry entry = new ZipEntry(name);
          entry.setLastModifiedTime(FileTime.fromMillis(0));
          out.putNextEntry(entry);
          out.write(Files.readAllBytes(file));
        }
      }
    }
    Files.write(zip, bytes.toByteArray());
  }

  /** Returns the content of a database by keyspace, read with cursors. */
  static TreeMap<String, ByteMap> content(Database db) {
    TreeMap<String, ByteMap> content = new TreeMap<>();
    for (String name : db.keyspaces()) {
      ByteMap map = new ByteMap();
      try (Cursor cursor = db.keyspace(name).cursor()) {
        while (cursor.next()) {
          map.put(cursor.key(), cursor.value());
        }
      }
      content.put(name, map);
    }
    return content;
  }

  /**
   * Returns the SHA-256, in hexadecimal digits, of all keyspaces in the order of their names: the
   * name, then each key and value in order, each with its length before it in four bytes.
   */
  static String digest(TreeMap<String, ByteMap> content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      for (Map.Entry<String, ByteMap> keyspace : content.entrySet()) {
        write(out, keyspace.getKey().getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<byte[], byte[]> entry : keyspace.getValue().entries().entrySet()) {
          write(out, entry.getKey());
          write(out, entry.getValue());
        }
      }
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
      return HexFormat.of().formatHex(hash);
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  @Override
  public String toString() {
    return version + ", " + setting();
  }
}

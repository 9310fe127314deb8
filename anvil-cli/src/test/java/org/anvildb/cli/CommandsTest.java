package org.anvildb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.anvildb.Anvil;
import org.anvildb.cli.term.Streams;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs each command against a database. */
final class CommandsTest {
  @TempDir Path folder;
  private String db = "";

  @BeforeEach
  void nameDatabase() {
    db = folder.resolve("db").toString();
  }

  @Test
  void putGetDeleteAndTheirExitCodes() {
    assertThat(run("put", "apple", "3").code()).isZero();
    assertThat(run("get", "apple").out()).isEqualTo("3\n");
    assertThat(run("get", "apple", "--format", "json").out())
        .isEqualTo("{\"key\":\"apple\",\"value\":\"3\"}\n");
    assertThat(run("put", "apple", "4", "--if-absent").code()).isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("get", "apple").out()).isEqualTo("3\n");
    assertThat(run("delete", "apple", "pear").code()).isZero();
    CommandRun absent = run("get", "apple");
    assertThat(absent.code()).isEqualTo(ExitCode.NEGATIVE);
    assertThat(absent.out()).isEmpty();
  }

  @Test
  void anyByteGoesInAndOut() {
    byte[] value = {0, 10, (byte) 0xFF, 13, 92};
    byte[] noLineEnd =
        CommandRun.withInput(value, "put", "-d", db, "b", "-", "--value-encoding", "raw")
            .outBytes();
    assertThat(noLineEnd).isEmpty();
    assertThat(run("get", "b", "--value-encoding", "raw").outBytes()).isEqualTo(value);
    assertThat(run("get", "b").out()).isEqualTo("\\x00\\n\\xff\\r\\\\\n");
    assertThat(run("get", "b", "--value-encoding", "hex").out()).isEqualTo("000aff0d5c\n");
    assertThat(run("get", "62", "--key-encoding", "hex", "--value-encoding", "base64").out())
        .isEqualTo("AAr/DVw=\n");
  }

  @Test
  void scanKeepsToItsRange() {
    for (String key : new String[] {"a", "b1", "b2", "b3", "c"}) {
      run("put", key, "v-" + key);
    }
    assertThat(scan()).isEqualTo("key\na\nb1\nb2\nb3\nc\n");
    assertThat(scan("--from", "b1", "--to", "b3")).isEqualTo("key\nb1\nb2\n");
    assertThat(scan("--prefix", "b", "--reverse", "--limit", "2")).isEqualTo("key\nb3\nb2\n");
    assertThat(scan("--limit", "0")).isEqualTo("key\n");
    assertThat(scan("--from", "x")).isEqualTo("key\n");
    assertThat(run("scan", "--limit", "1").out()).isEqualTo("key  value\n---  -----\na    v-a\n");
    assertThat(run("count").out()).isEqualTo("5\n");
    assertThat(run("count", "--prefix", "b", "--json").out()).isEqualTo("{\n  \"entries\": 3\n}\n");
  }

  @Test
  void keyspacesAreCreatedListedAndDropped() {
    assertThat(run("put", "k", "v", "--keyspace", "orders").code()).isZero();
    assertThat(run("keyspaces", "--create", "small", "--codec", "lz4").code()).isZero();
    assertThat(run("keyspaces").out()).contains("default", "orders", "small", "lz4");
    assertThat(run("get", "k").code()).isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("get", "k", "--keyspace", "orders").out()).isEqualTo("v\n");
    CommandRun unknown = run("get", "k", "--keyspace", "nope");
    assertThat(unknown.code()).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err()).contains("no keyspace 'nope'; there are: default, orders, small");
    assertThat(run("keyspaces", "--drop", "orders").code()).isZero();
    CommandRun gone = run("keyspaces", "--drop", "orders");
    assertThat(gone.code()).isEqualTo(ExitCode.NEGATIVE);
    assertThat(gone.err()).contains("no keyspace 'orders'; there are: default, small");
    assertThat(run("keyspaces", "--json").out()).contains("\"name\": \"small\"");
  }

  @Test
  void statsVerifyAndCompactAnswer() {
    run("put", "k", "v");
    assertThat(run("compact").code()).isZero();
    assertThat(run("compact", "--prefix", "k").out()).contains("→");
    CommandRun stats = run("stats");
    assertThat(stats.code()).isZero();
    assertThat(stats.out()).contains("default", "health", "write amplification", "stalls");
    assertThat(stats.out().lines()).allMatch(line -> line.length() <= 80);
    assertThat(run("stats", "--json").out())
        .contains("\"keyspaces\"", "\"writeAmplification\"", "\"memtableBytes\"")
        .contains("\"syncIntervalMillis\": 1000", "\"lockTimeoutMillis\": 0");
    CommandRun verify = run("verify");
    assertThat(verify.code()).isZero();
    assertThat(verify.out()).contains("all is well");
    assertThat(run("verify", "--deep").out()).contains("all is well", "1 key by point reads");
    assertThat(run("verify", "--json").out()).contains("\"findings\": []");
  }

  @Test
  void verifyNamesDamageAndExitsWith1() throws IOException {
    run("put", "k", "v");
    run("compact");
    Path table;
    try (var files = Files.list(Path.of(db))) {
      table = files.filter(f -> f.toString().endsWith(".sst")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(table);
    bytes[bytes.length / 2] ^= 1;
    Files.write(table, bytes);
    CommandRun verify = run("verify");
    assertThat(verify.code()).isEqualTo(ExitCode.NEGATIVE);
    assertThat(verify.out()).contains(String.valueOf(table.getFileName()));
  }

  @Test
  void repairSavesWhatVerifiesAndExitsWith1IfAnythingIsLost() throws IOException {
    run("put", "k", "v");
    run("compact");
    run("put", "kept", "of the newer table");
    CommandRun sound = run("repair", db + "-sound");
    assertThat(sound.code()).isZero();
    assertThat(sound.out()).contains("all was saved", "default");
    Path table;
    try (var files = Files.list(Path.of(db))) {
      table = files.filter(f -> f.toString().endsWith(".sst")).sorted().findFirst().orElseThrow();
    }
    Files.write(table, new byte[100]);
    CommandRun repair = run("repair", db + "-saved");
    assertThat(repair.code()).isEqualTo(ExitCode.NEGATIVE);
    assertThat(repair.out()).contains("1 loss:", String.valueOf(table.getFileName()));
    assertThat(CommandRun.of("get", "--db", db + "-saved", "kept").out())
        .contains("of the newer table");
    CommandRun filled = run("repair", db + "-saved");
    assertThat(filled.code()).isEqualTo(ExitCode.DATABASE);
    assertThat(filled.err()).contains("NotADatabaseException", "not empty").hasLineCount(1);
    assertThat(run("repair", db + "-json", "--json").out()).contains("\"lossCount\": 1");
  }

  @Test
  void aDatabaseErrorIsOneTypedLine() throws IOException {
    CommandRun none = run("get", "k");
    assertThat(none.code()).isEqualTo(ExitCode.DATABASE);
    assertThat(none.err()).startsWith("anvil get: NotADatabaseException: ").hasLineCount(1);
    assertThat(run("--stacktrace", "get", "k").err()).contains("\tat org.anvildb");
    assertThat(Path.of(db)).as("a read creates nothing").doesNotExist();
    try (var _ = Anvil.open(Path.of(db))) {
      CommandRun locked = run("put", "k", "v");
      assertThat(locked.code()).isEqualTo(ExitCode.DATABASE);
      assertThat(locked.err()).contains("LockedException: ").hasLineCount(1);
    }
  }

  @Test
  void aKeyBeyondTheLimitIsRefused() {
    CommandRun run = run("put", "k".repeat(70_000), "v");
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("65535").hasSizeLessThan(300);
  }

  @Test
  void aReaderThatGoesAwayEndsACommandQuietly() {
    run("put", "k", "v");
    var err = new ByteArrayOutputStream();
    var closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    var streams =
        new Streams(
            InputStream.nullInputStream(),
            closed,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            80,
            true);
    int code = AnvilCommand.commandLine(streams).execute("scan", "--db", db);
    assertThat(code).isZero();
    assertThat(err.size()).isZero();
  }

  private String scan(String... args) {
    String[] all = new String[args.length + 4];
    all[0] = "scan";
    all[1] = "--keys-only";
    all[2] = "--format";
    all[3] = "tsv";
    System.arraycopy(args, 0, all, 4, args.length);
    return run(all).out();
  }

  /** Runs a command on the database; leading options stay before its name. */
  private CommandRun run(String... args) {
    int name = args[0].startsWith("-") ? 1 : 0;
    var line = new ArrayList<>(List.of(args));
    line.addAll(name + 1, List.of("--db", db));
    return CommandRun.withInput(new byte[0], line.toArray(String[]::new));
  }
}

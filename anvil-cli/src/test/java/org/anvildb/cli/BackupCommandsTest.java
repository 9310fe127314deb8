package org.anvildb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands that copy databases and bring them back. */
final class BackupCommandsTest {
  @TempDir Path folder;
  private String db = "";
  private String backups = "";

  @BeforeEach
  void fill() {
    db = path("db");
    backups = path("backups");
    assertThat(CommandRun.of("put", "--db", db, "apple", "3").code()).isZero();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static String value(String database) {
    return CommandRun.of("get", "--db", database, "apple").out();
  }

  @Test
  void aCheckpointIsADatabase() {
    CommandRun made = CommandRun.of("checkpoint", "--db", db, path("copy"));
    assertThat(made.code()).isZero();
    assertThat(made.out()).contains("batch 1 → ", path("copy"));
    CommandRun.of("put", "--db", db, "apple", "4");
    assertThat(value(path("copy"))).isEqualTo("3\n");
    CommandRun.of("put", "--db", path("copy"), "apple", "5");
    assertThat(value(db)).isEqualTo("4\n");
    CommandRun again = CommandRun.of("checkpoint", "--db", db, path("copy"));
    assertThat(again.code()).isEqualTo(ExitCode.DATABASE);
    assertThat(again.err()).contains("NotADatabaseException", "not empty").hasLineCount(1);
  }

  @Test
  void backupsAreMadeListedRestoredAndPruned() {
    assertThat(CommandRun.of("backup", "--db", db, backups).out()).startsWith("backup 1: ");
    CommandRun.of("put", "--db", db, "apple", "4");
    assertThat(CommandRun.of("backup", "--db", db, backups).out()).startsWith("backup 2: ");
    CommandRun list = CommandRun.of("backups", backups, "--verify");
    assertThat(list.code()).isZero();
    assertThat(list.out()).contains("batches", "all is well").hasLineCount(5);
    assertThat(CommandRun.of("backups", backups, "--json").out())
        .contains("\"number\": 2", "\"lastSequence\": 2");
    assertThat(CommandRun.of("restore", backups, path("one"), "--backup", "1").code()).isZero();
    assertThat(CommandRun.of("restore", backups, path("two")).out()).startsWith("backup 2 → ");
    assertThat(value(path("one"))).isEqualTo("3\n");
    assertThat(value(path("two"))).isEqualTo("4\n");
    CommandRun kept = CommandRun.of("backup", "--db", db, backups, "--keep", "1");
    assertThat(kept.out()).contains("backup 3: ", "2 older deleted");
    CommandRun gone = CommandRun.of("restore", backups, path("three"), "--backup", "1");
    assertThat(gone.code()).isEqualTo(ExitCode.USAGE);
    assertThat(gone.err()).contains("no backup 1; there are: [3]").hasLineCount(1);
  }

  @Test
  void damageIsNamedAndNotRestored() throws IOException {
    CommandRun.of("backup", "--db", db, backups);
    Path stored = folder.resolve("backups/000001.bak");
    byte[] bytes = Files.readAllBytes(stored);
    bytes[bytes.length / 2] ^= 1;
    Files.write(stored, bytes);
    CommandRun list = CommandRun.of("backups", backups, "--verify");
    assertThat(list.code()).isEqualTo(ExitCode.NEGATIVE);
    assertThat(list.out()).contains("1 thing is wrong", "000001.bak");
    CommandRun restore = CommandRun.of("restore", backups, path("copy"));
    assertThat(restore.code()).isEqualTo(ExitCode.DATABASE);
    assertThat(restore.err()).contains("CorruptionException", "000001.bak").hasLineCount(1);
    assertThat(folder.resolve("copy")).doesNotExist();
  }

  @Test
  void aBackupThatCantBeReadIsDeletedByItsNumber() throws IOException {
    CommandRun.of("backup", "--db", db, backups);
    CommandRun.of("backup", "--db", db, backups);
    Path manifest = folder.resolve("backups/BACKUP-000001");
    Files.write(manifest, new byte[10]);
    assertThat(CommandRun.of("backups", backups, "--verify").code()).isEqualTo(ExitCode.NEGATIVE);
    CommandRun deleted = CommandRun.of("backups", backups, "--delete", "1");
    assertThat(deleted.code()).isZero();
    assertThat(deleted.out()).isEqualTo("backup 1 deleted\n");
    assertThat(manifest).doesNotExist();
    assertThat(CommandRun.of("backups", backups, "--verify").code()).isZero();
    CommandRun again = CommandRun.of("backups", backups, "--delete", "1");
    assertThat(again.code()).isEqualTo(ExitCode.NEGATIVE);
    assertThat(again.err()).contains(backups + " has no backup 1; ").hasLineCount(1);
    for (String other : List.of("--verify", "--json")) {
      CommandRun both = CommandRun.of("backups", backups, "--delete", "2", other);
      assertThat(both.code()).isEqualTo(ExitCode.USAGE);
    }
    assertThat(folder.resolve("backups/BACKUP-000002")).exists();
  }

  @Test
  void listingAndRestoringChangeNothingInTheDirectory() throws IOException {
    CommandRun.of("backup", "--db", db, backups);
    Path lock = folder.resolve("backups/LOCK");
    Files.delete(lock);
    assertThat(CommandRun.of("backups", backups, "--verify").code()).isZero();
    assertThat(CommandRun.of("restore", backups, path("copy")).code()).isZero();
    assertThat(value(path("copy"))).isEqualTo("3\n");
    assertThat(lock).doesNotExist();
  }

  @Test
  void whatIsNotThereIsSaid() throws IOException {
    CommandRun none = CommandRun.of("backups", path("none"));
    assertThat(none.code()).isEqualTo(ExitCode.DATABASE);
    assertThat(none.err())
        .contains(
            "NotADatabaseException", "does not exist; name the directory that `backup` wrote to")
        .hasLineCount(1);
    assertThat(folder.resolve("none")).doesNotExist();
    assertThat(CommandRun.of("backup", "--db", path("none"), backups).code())
        .isEqualTo(ExitCode.DATABASE);
    for (CommandRun wrong :
        List.of(CommandRun.of("backups", db), CommandRun.of("restore", db, path("copy")))) {
      assertThat(wrong.code()).isEqualTo(ExitCode.DATABASE);
      assertThat(wrong.err())
          .contains("holds no backups", "name the directory that `backup` wrote to")
          .hasLineCount(1);
    }
    CommandRun empty =
        CommandRun.of(
            "restore", Files.createDirectory(folder.resolve("e")).toString(), path("copy"));
    assertThat(empty.code()).isEqualTo(ExitCode.DATABASE);
    assertThat(empty.err()).contains("holds no backup that can be read").hasLineCount(1);
  }
}

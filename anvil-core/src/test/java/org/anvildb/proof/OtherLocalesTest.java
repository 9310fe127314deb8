package org.anvildb.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.backup.BackupDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds that files have the same names wherever the process thinks it lives. */
final class OtherLocalesTest {
  private static final byte[] KEY = "key".getBytes(UTF_8);
  private static final byte[] VALUE = "value".getBytes(UTF_8);

  private final Locale before = Locale.getDefault();

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  @AfterEach
  void goHome() {
    Locale.setDefault(before);
  }

  @Test
  void whatOneLocaleWroteIsReadInAnotherWithDigitsOfItsOwn() {
    Locale persian = Locale.forLanguageTag("fa-IR-u-nu-arabext");
    assertThat(String.format(persian, "%d", 1)).as("digits of that locale").isNotEqualTo("1");
    Locale.setDefault(Locale.ROOT);
    use("roman");
    Locale.setDefault(persian);
    read("roman");
    use("persian");
    Locale.setDefault(Locale.ROOT);
    read("persian");
  }

  private void use(String name) {
    Path directory = temporary.resolve(name);
    try (Database db = Anvil.open(directory);
        BackupDirectory backups = BackupDirectory.open(temporary.resolve(name + "-backups"))) {
      db.put(KEY, VALUE);
      db.compact();
      db.put(VALUE, KEY);
      backups.create(db);
      db.checkpoint(temporary.resolve(name + "-copy"));
    }
  }

  private void read(String name) {
    try (BackupDirectory backups = BackupDirectory.open(temporary.resolve(name + "-backups"))) {
      assertThat(backups.list()).hasSize(1);
      backups.restore(backups.list().getFirst().number(), temporary.resolve(name + "-restored"));
    }
    for (String suffix : new String[] {"", "-copy", "-restored"}) {
      try (Database db = Anvil.open(temporary.resolve(name + suffix))) {
        assertThat(db.get(KEY)).isEqualTo(VALUE);
        assertThat(db.get(VALUE)).isEqualTo(KEY);
      }
    }
  }
}

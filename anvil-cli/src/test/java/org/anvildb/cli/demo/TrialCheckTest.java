package org.anvildb.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.Keyspace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds that the kill trial would notice a lost, torn or wrong write. */
final class TrialCheckTest {
  private static final int ROUND = 3;

  private final Database database = Anvil.openInMemory();

  @BeforeEach
  void writeFiveBatches() {
    for (int number = 0; number < 5; number++) {
      write(new TrialBatch(ROUND, 0, number));
    }
    write(new TrialBatch(ROUND - 1, 0, 0));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void allIsThere() {
    assertThat(check(5)).isEqualTo(new TrialCheck(5, 0, 0, 0));
    assertThat(check(4)).as("one more than acknowledged").isEqualTo(new TrialCheck(5, 0, 0, 0));
    assertThat(check(4).isClean()).isTrue();
  }

  @Test
  void theLastOnesAreLost() {
    assertThat(check(7)).isEqualTo(new TrialCheck(5, 2, 0, 0));
    assertThat(TrialCheck.run(database, ROUND, new long[] {5, 1}).lost()).isEqualTo(1);
  }

  @Test
  void oneInTheMiddleIsLost() {
    for (int k = 0; k < TrialBatch.KEYSPACES.length; k++) {
      for (int i = 0; i < TrialBatch.KEYS; i++) {
        keyspace(k).delete(new TrialBatch(ROUND, 0, 2).key(i));
      }
    }
    assertThat(check(5)).isEqualTo(new TrialCheck(4, 1, 0, 1));
  }

  @Test
  void aPartIsMissing() {
    keyspace(1).delete(new TrialBatch(ROUND, 0, 4).key(1));
    assertThat(check(4))
        .as("torn, though nobody was promised it")
        .isEqualTo(new TrialCheck(4, 0, 1, 0));
    assertThat(check(5)).isEqualTo(new TrialCheck(4, 1, 1, 0));
  }

  @Test
  void aValueIsWrong() {
    var batch = new TrialBatch(ROUND, 0, 1);
    byte[] value = batch.value(0, 0);
    value[50] ^= 1;
    keyspace(0).put(batch.key(0), value);
    assertThat(check(5)).isEqualTo(new TrialCheck(5, 0, 0, 1));
    assertThat(check(5).isClean()).isFalse();
  }

  @Test
  void aKeyTellsItsBatch() {
    var batch = new TrialBatch(12, 3, 9_876_543_210L);
    assertThat(TrialBatch.of(batch.key(1))).isEqualTo(batch);
    assertThat(batch.key(1)).asString().isEqualTo("r12/w03/9876543210/1");
  }

  private TrialCheck check(long acknowledged) {
    return TrialCheck.run(database, ROUND, new long[] {acknowledged});
  }

  private Keyspace keyspace(int index) {
    return database.keyspace(TrialBatch.KEYSPACES[index]);
  }

  private void write(TrialBatch batch) {
    for (int k = 0; k < TrialBatch.KEYSPACES.length; k++) {
      for (int i = 0; i < TrialBatch.KEYS; i++) {
        keyspace(k).put(batch.key(i), batch.value(k, i));
      }
    }
  }
}

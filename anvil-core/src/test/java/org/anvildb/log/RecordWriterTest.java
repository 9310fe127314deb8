package org.anvildb.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.StorageException;
import org.anvildb.storage.AppendFile;
import org.junit.jupiter.api.Test;

final class RecordWriterTest {
  private static final long SALT = 99;

  private static final class ArrayFile implements AppendFile {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean fails;
    int appends;

    @Override
    public String name() {
      return "MANIFEST-000001";
    }

    @Override
    public long length() {
      return bytes.size();
    }

    @Override
    public void append(byte[] source, int offset, int length) {
      appends++;
      if (fails) {
        throw new StorageException("no", null);
      }
      bytes.write(source, offset, length);
    }

    @Override
    public void sync() {
      if (fails) {
        throw new StorageException("no", null);
      }
    }

    @Override
    public void close() {}
  }

  @Test
  void recordsOfAnyLengthComeBackAndTellWhatWasSynced() {
    ArrayFile file = new ArrayFile();
    file.bytes.writeBytes(new byte[16]);
    Random random = new Random(4);
    try (RecordWriter writer = new RecordWriter(file, SALT, 1)) {
      for (int i = 1; i <= 60; i++) {
        byte[] body = new byte[i % 20 == 0 ? 100_000 + i : i];
        random.nextBytes(body);
        assertThat(writer.append(body, 0, body.length, 3)).isEqualTo(i);
        if (i % 2 == 0) {
          writer.sync();
        }
      }
      writer.appendMark();
    }
    assertThat(file.appends).isEqualTo(61);
    RecordReader reader =
        new RecordReader(
            MemorySegment.ofArray(file.bytes.toByteArray()), SALT, 16, Long.MAX_VALUE, 1);
    for (int i = 1; i <= 60; i++) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.sequence()).isEqualTo(i);
      assertThat(reader.count()).isEqualTo(3);
      if (i % 2 == 1 && i > 1) {
        assertThat(reader.syncedUpTo()).isEqualTo(reader.offset());
      }
    }
    assertThat(reader.next()).isFalse();
    assertThat(reader.tail()).isEqualTo(new LogTail.Clean(file.length()));
  }

  @Test
  void nothingIsAppendedAfterAFailedAppend() {
    ArrayFile file = new ArrayFile();
    RecordWriter writer = new RecordWriter(file, SALT, 1);
    file.fails = true;
    assertThatThrownBy(() -> writer.append(new byte[1], 0, 1, 1))
        .isInstanceOf(StorageException.class);
    file.fails = false;
    assertThatThrownBy(() -> writer.append(new byte[1], 0, 1, 1))
        .isInstanceOf(PoisonedException.class)
        .hasCauseInstanceOf(StorageException.class);
    assertThatThrownBy(writer::sync).isInstanceOf(PoisonedException.class);
    assertThat(file.appends).isEqualTo(1);
  }

  @Test
  void aFailedSyncIsNotTriedAgain() {
    ArrayFile file = new ArrayFile();
    RecordWriter writer = new RecordWriter(file, SALT, 1);
    writer.append(new byte[1], 0, 1, 1);
    file.fails = true;
    assertThatThrownBy(writer::sync).isInstanceOf(StorageException.class);
    file.fails = false;
    assertThatThrownBy(writer::sync).isInstanceOf(PoisonedException.class);
    assertThatThrownBy(writer::appendMark).isInstanceOf(PoisonedException.class);
  }

  @Test
  void recordsWithoutOperationsOrBodyAreRefused() {
    RecordWriter writer = new RecordWriter(new ArrayFile(), SALT, 1);
    assertThatThrownBy(() -> writer.append(new byte[1], 0, 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.append(new byte[1], 0, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.append(new byte[1], 0, RecordFormat.MAX_BODY_BYTES + 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(writer.length()).isZero();
    assertThat(writer.nextSequence()).isEqualTo(1);
    assertThat(writer.append(new byte[1], 0, 1, 1)).isEqualTo(1);
    assertThat(writer.nextSequence()).isEqualTo(2);
  }

  @Test
  void aFileThatDoesNotEndWhereARecordMayStartIsRefused() {
    ArrayFile file = new ArrayFile();
    file.bytes.writeBytes(new byte[9]);
    assertThatThrownBy(() -> new RecordWriter(file, SALT, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiples of 8");
  }
}

package org.anvildb.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.anvildb.bytes.Checksum;
import org.junit.jupiter.api.Test;

/** Every record that verifies is found, and what lies between is measured, never taken for one. */
final class RecordSalvageTest {
  private static final long SALT = RecordFormat.salt(0x1234_5678_9abc_def0L, 3);
  private static final int HEADER = RecordFormat.HEADER_BYTES;

  private final byte[] file = new byte[1024];
  private int end;

  /** Appends a record whose header says what it is told to; returns where it starts. */
  private int append(int bytes, int length, int count, long sequence, long syncedUpTo) {
    byte[] body = new byte[bytes];
    Arrays.fill(body, (byte) sequence);
    byte[] frame = new byte[RecordFormat.LEAD_BYTES + HEADER];
    int crc = Checksum.of(body, 0, bytes);
    RecordFormat.putHeader(
        frame, RecordFormat.LEAD_BYTES, SALT, length, crc, count, sequence, syncedUpTo);
    System.arraycopy(frame, RecordFormat.LEAD_BYTES, file, end, HEADER);
    System.arraycopy(body, 0, file, end + HEADER, bytes);
    int start = end;
    end += (int) RecordFormat.recordBytes(bytes);
    return start;
  }

  private int append(int bytes, long sequence) {
    return append(bytes, bytes, 1, sequence, 0);
  }

  private RecordSalvage salvage(long limit) {
    return new RecordSalvage(MemorySegment.ofArray(file), SALT, 0, limit);
  }

  private RecordSalvage salvage() {
    return salvage(Long.MAX_VALUE);
  }

  private static void assertRecord(RecordSalvage records, int start, int bytes, long sequence) {
    assertThat(records.next()).isTrue();
    assertThat(records.offset()).isEqualTo(start);
    assertThat(records.body()).isEqualTo(start + HEADER);
    assertThat(records.length()).isEqualTo(bytes);
    assertThat(records.count()).isEqualTo(1);
    assertThat(records.sequence()).isEqualTo(sequence);
  }

  @Test
  void soundRecordsComeWithoutGapsWhateverTheirNumbers() {
    int first = append(21, 9);
    int second = append(16, 4);
    RecordSalvage records = salvage();
    assertRecord(records, first, 21, 9);
    assertThat(records.gapStart()).isEqualTo(-1);
    assertThat(records.gapBytes()).isZero();
    assertRecord(records, second, 16, 4);
    assertThat(records.gapStart()).isEqualTo(-1);
    assertThat(records.next()).isFalse();
    assertThat(records.gapStart()).isEqualTo(end);
    assertThat(records.isEndOfLog()).isTrue();
    assertThat(records.brokenRecordBytes()).isZero();
  }

  @Test
  void aFileThatEndsWithItsLastRecordHasNoGap() {
    append(24, 1);
    RecordSalvage records = salvage(end);
    assertThat(records.next()).isTrue();
    assertThat(records.next()).isFalse();
    assertThat(records.gapStart()).isEqualTo(-1);
    assertThat(records.gapBytes()).isZero();
    assertThat(records.isEndOfLog()).isTrue();
    assertThat(records.brokenRecordBytes()).isZero();
  }

  @Test
  void aRestTooShortForARecordIsTheEndWhateverItHolds() {
    append(24, 1);
    Arrays.fill(file, end, file.length, (byte) 5);
    for (int rest : new int[] {1, 7, 8, HEADER - 1}) {
      RecordSalvage records = salvage(end + rest);
      assertThat(records.next()).isTrue();
      assertThat(records.next()).isFalse();
      assertThat(records.gapStart()).isEqualTo(end);
      assertThat(records.gapBytes()).isEqualTo(rest);
      assertThat(records.isEndOfLog()).as("%d bytes", rest).isEqualTo(rest < 8);
      assertThat(records.brokenRecordBytes()).isZero();
    }
  }

  @Test
  void damageOfAnyByteOfARecordMakesItAGapBeforeTheNext() {
    append(20, 1);
    int damaged = append(20, 2);
    int next = append(20, 3);
    for (int at = damaged; at < next; at++) {
      file[at] ^= 4;
      RecordSalvage records = salvage();
      assertRecord(records, 0, 20, 1);
      assertRecord(records, next, 20, 3);
      assertThat(records.gapStart()).as("byte %d", at).isEqualTo(damaged);
      assertThat(records.gapBytes()).isEqualTo(next - damaged);
      file[at] ^= 4;
    }
  }

  @Test
  void aHeaderThatSaysTheImpossibleIsNoRecord() {
    int[][] impossible = {
      {-1, 1}, {RecordFormat.MAX_BODY_BYTES + 1, 1}, {8, -1}, {8, 0}, {0, 1}, {100_000, 1}
    };
    for (int[] told : impossible) {
      end = 0;
      Arrays.fill(file, (byte) 0);
      append(8, told[0], told[1], 5, 0);
      int next = append(8, 6);
      RecordSalvage records = salvage();
      assertRecord(records, next, 8, 6);
      assertThat(records.gapBytes()).as("%s", Arrays.toString(told)).isEqualTo(next);
    }
    end = 0;
    append(8, 8, 1, -5, 0);
    assertRecord(salvage(), append(8, 6), 8, 6);
  }

  @Test
  void aBrokenLastRecordIsAsLongAsItsHeaderTells() {
    append(24, 1);
    int last = append(40, 2);
    file[last + HEADER] ^= 1;
    RecordSalvage records = salvage();
    assertThat(records.next()).isTrue();
    assertThat(records.next()).isFalse();
    assertThat(records.gapStart()).isEqualTo(last);
    assertThat(records.isEndOfLog()).isFalse();
    assertThat(records.brokenRecordBytes()).isEqualTo(RecordFormat.recordBytes(40));
    RecordSalvage cut = salvage(last + HEADER + 10);
    assertThat(cut.next()).isTrue();
    assertThat(cut.next()).isFalse();
    assertThat(cut.brokenRecordBytes()).isEqualTo(HEADER + 10);
  }

  @Test
  void aBrokenHeaderOrANegativeLengthTellsNothing() {
    append(24, 1);
    int last = append(40, 2);
    file[last] ^= 1;
    RecordSalvage records = salvage();
    assertThat(records.next()).isTrue();
    assertThat(records.next()).isFalse();
    assertThat(records.brokenRecordBytes()).isZero();
    end = last;
    append(8, -9, 1, 2, 0);
    RecordSalvage negative = salvage();
    assertThat(negative.next()).isTrue();
    assertThat(negative.next()).isFalse();
    assertThat(negative.isEndOfLog()).isFalse();
    assertThat(negative.brokenRecordBytes()).isZero();
  }

  @Test
  void aMarkBehindAGapProvesWhatWasThereOnlyIfItSaysThatItWasSynced() {
    append(24, 1);
    int lost = append(24, 2);
    int mark = end;
    for (boolean isProven : new boolean[] {true, false}) {
      end = mark;
      append(0, 0, 0, 2, isProven ? mark : 0);
      Arrays.fill(file, lost, mark, (byte) 0);
      RecordSalvage records = salvage();
      assertThat(records.next()).isTrue();
      assertThat(records.next()).isFalse();
      assertThat(records.isEndOfLog()).isEqualTo(!isProven);
      assertThat(records.brokenRecordBytes()).isEqualTo(isProven ? mark - lost : 0);
    }
  }

  @Test
  void aMarkWithoutAGapIsPassedOver() {
    append(24, 1);
    append(0, 0, 0, 1, end);
    int next = append(24, 2);
    RecordSalvage records = salvage();
    assertThat(records.next()).isTrue();
    assertRecord(records, next, 24, 2);
    assertThat(records.gapStart()).isEqualTo(-1);
  }
}

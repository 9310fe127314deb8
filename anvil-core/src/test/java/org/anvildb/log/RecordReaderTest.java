package org.anvildb.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.junit.jupiter.api.Test;

final class RecordReaderTest {
  private static final long SALT = RecordFormat.salt(0x1234_5678_9abc_def0L, 7);
  private static final long FIRST = 100;

  /** A log in an array: what a writer did, with the offsets of the records. */
  private static final class Log {
    final byte[] bytes;
    final List<Integer> starts = new ArrayList<>();
    int end;
    long next = FIRST;

    Log(int size) {
      bytes = new byte[size];
    }

    void append(byte[] body, long syncedUpTo) {
      append(SALT, body, 1, next++, syncedUpTo);
    }

    void append(long salt, byte[] body, int count, long sequence, long syncedUpTo) {
      byte[] frame = new byte[RecordFormat.LEAD_BYTES + RecordFormat.HEADER_BYTES];
      int crc = Checksum.of(body, 0, body.length);
      RecordFormat.putHeader(
          frame, RecordFormat.LEAD_BYTES, salt, body.length, crc, count, sequence, syncedUpTo);
      System.arraycopy(frame, RecordFormat.LEAD_BYTES, bytes, end, RecordFormat.HEADER_BYTES);
      System.arraycopy(body, 0, bytes, end + RecordFormat.HEADER_BYTES, body.length);
      starts.add(end);
      end += (int) RecordFormat.recordBytes(body.length);
    }

    RecordReader reader() {
      return reader(bytes);
    }

    static RecordReader reader(byte[] bytes) {
      return new RecordReader(MemorySegment.ofArray(bytes), SALT, 0, Long.MAX_VALUE, FIRST);
    }
  }

  private static int readAll(RecordReader reader) {
    int n = 0;
    while (reader.next()) {
      n++;
    }
    return n;
  }

  private static byte[] body(Random random, int length) {
    byte[] body = new byte[length];
    random.nextBytes(body);
    return body;
  }

  private static Log threeRecords(long syncedOfLast) {
    Log log = new Log(1024);
    Random random = new Random(1);
    log.append(body(random, 24), 0);
    log.append(body(random, 40), 0);
    log.append(body(random, 16), syncedOfLast);
    return log;
  }

  @Test
  void recordsComeBackAsWritten() {
    Log log = new Log(64 << 10);
    Random random = new Random(2);
    List<byte[]> bodies = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] body = body(random, 1 + random.nextInt(200));
      bodies.add(body);
      log.append(body, log.end);
    }
    RecordReader reader = log.reader();
    for (int i = 0; i < 100; i++) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.sequence()).isEqualTo(FIRST + i);
      assertThat(reader.offset()).isEqualTo(log.starts.get(i).longValue());
      assertThat(reader.count()).isEqualTo(1);
      assertThat(reader.syncedUpTo()).isEqualTo(reader.offset());
      int at = (int) reader.body();
      assertThat(Arrays.copyOfRange(log.bytes, at, at + reader.length())).isEqualTo(bodies.get(i));
    }
    assertThat(reader.next()).isFalse();
    assertThat(reader.nextSequence()).isEqualTo(FIRST + 100);
    assertThat(reader.tail()).isEqualTo(new LogTail.Clean(log.end));
  }

  @Test
  void theTailIsNotToldBeforeAllWasReadAndTheEndStaysTheEnd() {
    RecordReader reader = threeRecords(0).reader();
    assertThat(reader.next()).isTrue();
    assertThatThrownBy(reader::tail).isInstanceOf(IllegalStateException.class);
    assertThat(readAll(reader)).isEqualTo(2);
    LogTail tail = reader.tail();
    assertThat(reader.next()).isFalse();
    assertThat(reader.tail()).isEqualTo(tail);
  }

  @Test
  void anEmptyLogIsClean() {
    for (int size : new int[] {0, 1, 7, 8, 31, 32, 100, 9000}) {
      RecordReader reader = Log.reader(new byte[size]);
      assertThat(readAll(reader)).isZero();
      assertThat(reader.tail()).isEqualTo(new LogTail.Clean(0));
    }
  }

  @Test
  void aTailTornAtAnyByteOfTheLastRecordIsDroppedAlone() {
    Log log = threeRecords(0);
    int last = log.starts.get(2);
    for (int cut = last; cut < log.end; cut++) {
      byte[] zeroed = log.bytes.clone();
      Arrays.fill(zeroed, cut, log.end, (byte) 0);
      if (!Arrays.equals(zeroed, log.bytes)) {
        RecordReader reader = Log.reader(zeroed);
        assertThat(readAll(reader)).as("zeros from " + cut).isEqualTo(2);
        assertThat(reader.tail()).as("zeros from " + cut).isNotInstanceOf(LogTail.Corrupt.class);
        assertThat(reader.tail().end()).isEqualTo(last);
      }
      RecordReader reader = Log.reader(Arrays.copyOf(log.bytes, cut));
      assertThat(readAll(reader)).as("file cut at " + cut).isEqualTo(2);
      assertThat(reader.tail().end()).isEqualTo(last);
      assertThat(reader.tail()).isNotInstanceOf(LogTail.Corrupt.class);
    }
  }

  @Test
  void damageBelowTheSyncedOffsetIsCorruptionAtEachByte() {
    Log log = threeRecords(0);
    log.append(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, log.end);
    int synced = log.starts.get(3);
    for (int i = 0; i < synced; i++) {
      for (byte flip : new byte[] {1, (byte) 0x80, (byte) 0xff}) {
        byte[] bad = log.bytes.clone();
        bad[i] ^= flip;
        RecordReader reader = Log.reader(bad);
        int good = readAll(reader);
        assertThat(reader.tail()).as("byte " + i).isInstanceOf(LogTail.Corrupt.class);
        assertThat(reader.tail().end()).isEqualTo(log.starts.get(good).longValue());
      }
    }
  }

  @Test
  void damageAboveTheSyncedOffsetEndsTheLogThereAtEachByte() {
    Log log = threeRecords(0);
    for (int i = 0; i < log.end; i++) {
      byte[] bad = log.bytes.clone();
      bad[i] ^= 0x10;
      RecordReader reader = Log.reader(bad);
      int good = readAll(reader);
      assertThat(good).isLessThan(3);
      assertThat(log.starts.get(good)).isLessThanOrEqualTo(i);
      LogTail tail = reader.tail();
      assertThat(tail).as("byte " + i).isInstanceOf(LogTail.Torn.class);
      if (good < 2) {
        assertThat(((LogTail.Torn) tail).dropped()).isEqualTo(log.end - tail.end());
      }
    }
  }

  @Test
  void aHoleOfZerosIsTornThoughLaterRecordsVerifyUnlessItWasSynced() {
    Log log = threeRecords(0);
    int hole = log.starts.get(1);
    Arrays.fill(log.bytes, hole, log.starts.get(2), (byte) 0);
    RecordReader reader = log.reader();
    assertThat(readAll(reader)).isEqualTo(1);
    assertThat(reader.tail())
        .isEqualTo(new LogTail.Torn(hole, log.end - hole, "there is no record"));

    Log synced = threeRecords(threeRecords(0).starts.get(2));
    Arrays.fill(synced.bytes, hole, synced.starts.get(2), (byte) 0);
    reader = synced.reader();
    assertThat(readAll(reader)).isEqualTo(1);
    assertThat(reader.tail()).isInstanceOf(LogTail.Corrupt.class);
  }

  @Test
  void aMarkProvesThatTheTailWasSynced() {
    Log log = threeRecords(0);
    int end = log.end;
    log.append(SALT, new byte[0], 0, log.next - 1, end);
    RecordReader good = log.reader();
    assertThat(readAll(good)).isEqualTo(3);
    assertThat(good.tail()).isEqualTo(new LogTail.Clean(log.end));
    for (int i = 0; i < end; i++) {
      byte[] bad = log.bytes.clone();
      bad[i] ^= 4;
      RecordReader reader = Log.reader(bad);
      readAll(reader);
      assertThat(reader.tail()).as("byte " + i).isInstanceOf(LogTail.Corrupt.class);
    }
  }

  @Test
  void recordsOfAnotherFileNeverVerify() {
    Log log = new Log(512);
    log.append(new byte[] {1, 2, 3}, 0);
    log.append(SALT + 1, new byte[] {4, 5, 6}, 1, FIRST + 1, 0);
    RecordReader reader = log.reader();
    assertThat(readAll(reader)).isEqualTo(1);
    assertThat(reader.tail())
        .isEqualTo(new LogTail.Torn(40, 0, "the checksum of the record's header does not match"));
  }

  @Test
  void aZeroBehindTheLastRecordEndsALogWithOldBytesBehindIt() {
    Log log = threeRecords(0);
    Arrays.fill(log.bytes, log.end + 8, log.bytes.length, (byte) 0x55);
    RecordReader reader = log.reader();
    assertThat(readAll(reader)).isEqualTo(3);
    assertThat(reader.tail()).isEqualTo(new LogTail.Clean(log.end));
  }

  @Test
  void aRecordThatContradictsTheLogIsCorruption() {
    assertThat(tailAfter(1, 1, FIRST + 2, 0, new byte[8])).contains("sequence number 102");
    assertThat(tailAfter(1, 1, FIRST + 1, 4096, new byte[8])).contains("synced beyond");
    assertThat(tailAfter(1, 0, FIRST, 0, new byte[8])).contains("0 operations");
    assertThat(tailAfter(1, 1, FIRST + 1, 0, new byte[0])).contains("0 bytes for 1");
    assertThat(tailAfter(1, -1, FIRST + 1, 0, new byte[8])).contains("impossible");
  }

  @Test
  void anOlderRecordBehindTheLastOneIsAStaleTailThatACrashLeft() {
    Log log = threeRecords(0);
    int end = log.end;
    // What a lost sector can hold instead: an earlier one of the same file.
    int first = log.starts.getFirst().intValue();
    System.arraycopy(log.bytes, first, log.bytes, end, log.starts.get(1).intValue() - first);
    RecordReader reader = log.reader();
    assertThat(readAll(reader)).isEqualTo(3);
    assertThat(((LogTail.Torn) reader.tail()).reason()).contains("sequence number 100");
  }

  @Test
  void anOlderRecordIsCorruptionWhereALaterOneProvesThatThePlaceWasSynced() {
    Log log = threeRecords(0);
    log.append(SALT, new byte[8], 1, FIRST, 0);
    int end = log.starts.getLast().intValue();
    log.append(SALT, new byte[8], 1, FIRST + 4, end + 8);
    RecordReader reader = log.reader();
    assertThat(readAll(reader)).isEqualTo(3);
    assertThat(reader.tail()).isInstanceOf(LogTail.Corrupt.class);
  }

  private static String tailAfter(int good, int count, long sequence, long synced, byte[] body) {
    Log log = new Log(1024);
    for (int i = 0; i < good; i++) {
      log.append(new byte[8], 0);
    }
    log.append(SALT, body, count, sequence, synced);
    RecordReader reader = log.reader();
    assertThat(readAll(reader)).isEqualTo(good);
    return ((LogTail.Corrupt) reader.tail()).reason();
  }

  @Test
  void paddingThatIsNotZeroDoesNotVerify() {
    Log log = new Log(256);
    log.append(new byte[] {1, 2, 3}, 0);
    log.bytes[log.end - 1] = 1;
    RecordReader reader = log.reader();
    assertThat(readAll(reader)).isZero();
    assertThat(((LogTail.Torn) reader.tail()).reason()).contains("padding");
  }

  @Test
  void nothingBeyondTheLimitCounts() {
    Log log = threeRecords(0);
    long limit = log.starts.get(2);
    RecordReader reader = new RecordReader(MemorySegment.ofArray(log.bytes), SALT, 0, limit, FIRST);
    assertThat(readAll(reader)).isEqualTo(2);
    assertThat(reader.tail()).isEqualTo(new LogTail.Clean(limit));
    reader = new RecordReader(MemorySegment.ofArray(log.bytes), SALT, 0, limit - 8, FIRST);
    assertThat(readAll(reader)).isEqualTo(1);
    assertThat(reader.tail()).isInstanceOf(LogTail.Torn.class);
  }

  @Test
  void aLengthFromAHostileFileIsNotTrusted() {
    for (int length : new int[] {1 << 20, Integer.MAX_VALUE, -8, Integer.MIN_VALUE}) {
      byte[] frame = new byte[RecordFormat.LEAD_BYTES + RecordFormat.HEADER_BYTES];
      RecordFormat.putHeader(frame, RecordFormat.LEAD_BYTES, SALT, length, 0, 1, FIRST, 0);
      byte[] file = new byte[4096];
      System.arraycopy(frame, RecordFormat.LEAD_BYTES, file, 0, RecordFormat.HEADER_BYTES);
      RecordReader reader = Log.reader(file);
      assertThat(readAll(reader)).isZero();
      assertThat(reader.tail()).isNotInstanceOf(LogTail.Clean.class);
    }
  }

  @Test
  void randomBytesNeverYieldARecord() {
    for (long seed = 0; seed < 200; seed++) {
      byte[] file = body(new Random(seed), 8192);
      RecordReader reader = Log.reader(file);
      assertThat(readAll(reader)).as("seed " + seed).isZero();
      assertThat(reader.tail().end()).isZero();
      assertThat(reader.tail()).as("seed " + seed).isInstanceOf(LogTail.Torn.class);
    }
  }

  @Test
  void evidenceIsFoundAcrossPagesOfZerosAndOfOtherBytes() {
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      int size = 40_000;
      Log log = new Log(size);
      if (random.nextBoolean()) {
        random.nextBytes(log.bytes);
        Arrays.fill(log.bytes, 0, 64, (byte) 0);
      }
      log.end = 8 + 8 * random.nextInt(size / 8 - 20);
      log.append(SALT, new byte[8], 1, FIRST + 1, 8);
      RecordReader reader = log.reader();
      assertThat(readAll(reader)).isZero();
      assertThat(reader.tail()).as("record at " + log.starts).isInstanceOf(LogTail.Corrupt.class);
    }
  }

  @Test
  void headerBytesAreGolden() {
    byte[] frame = new byte[RecordFormat.LEAD_BYTES + RecordFormat.HEADER_BYTES];
    RecordFormat.putHeader(
        frame, RecordFormat.LEAD_BYTES, SALT, 24, 0xcafebabe, 2, 0x0102030405L, 4096);
    assertThat(Bytes.getInt(frame, 4))
        .as("the checksum covers the salt and bytes 4 to 31")
        .isEqualTo(Checksum.of(SALT, frame, 8, 28));
    assertThat(hex(frame))
        .isEqualTo("3ede642c18000000bebafeca0200000005040302010000000002000000000000");
    assertThat(SALT).isEqualTo(0xac2812bf0089648fL);
  }

  private static String hex(byte[] frame) {
    return HexFormat.of().formatHex(frame, RecordFormat.LEAD_BYTES, RecordFormat.LEAD_BYTES + 32);
  }
}

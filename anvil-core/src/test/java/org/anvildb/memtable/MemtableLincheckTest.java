package org.anvildb.memtable;

import java.lang.reflect.Method;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.cursor.InternalCursor;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Holds that the memtable's index is linearizable: readers without a lock beside writers that take
 * turns, in all the ways in which few steps can interleave.
 *
 * <p>The first leaf is full and the pending operations are, when the threads begin: a put empties
 * the pending ones into the index, and a new key splits the leaf. There is more than can be tried,
 * so what must meet there is chosen by hand, and scenarios are drawn in the long form. Where keys
 * are compared and hashed nothing is shared that changes: threads are not switched there; the model
 * checker knows no views of byte arrays as longs either.
 *
 * <p>It knows no weak memory: {@link MemtableConcurrencyTest} runs on real threads for that.
 */
@Tag("lincheck")
@Param(name = "key", gen = IntGen.class, conf = "0:4")
@Param(name = "value", gen = IntGen.class, conf = "1:9")
public class MemtableLincheckTest {
  private static final long MINUTES = Long.getLong("long", 0);
  private static final int INVOCATIONS = 2_500;
  private static final int KEYSPACE = 3;
  private static final int KEYS = 4;
  private static final int ABSENT_KEY = 4;

  /** With the keys as many as a leaf has room for. */
  private static final int FILLERS = 60;

  private final LogWriter writer = LogWriter.onHeap(1 << 13);

  /** Fills a leaf with keys that the operations don't touch, and then with those that they do. */
  public MemtableLincheckTest() {
    fill();
  }

  private void fill() {
    for (int i = 0; i < FILLERS; i++) {
      writer.put(KEYSPACE, new byte[] {(byte) (i * 2), 1}, new byte[] {1});
    }
    for (int i = 0; i < KEYS; i++) {
      writer.put(KEYSPACE, key(i), new byte[] {0});
    }
    writer.commit();
  }

  private static byte[] key(int key) {
    return new byte[] {(byte) (key * 25)};
  }

  /** Puts a key. */
  @Operation
  public synchronized void put(@Param(name = "key") int key, @Param(name = "value") int value) {
    writer.put(KEYSPACE, key(key), new byte[] {(byte) value});
    writer.commit();
  }

  /** Deletes a key. */
  @Operation
  public synchronized void delete(@Param(name = "key") int key) {
    writer.delete(KEYSPACE, key(key));
    writer.commit();
  }

  /** Puts two keys in one batch, the first of them twice. */
  @Operation
  public synchronized void batch(
      @Param(name = "key") int first,
      @Param(name = "key") int second,
      @Param(name = "value") int value) {
    writer.put(KEYSPACE, key(first), new byte[] {0});
    writer.put(KEYSPACE, key(second), new byte[] {(byte) value});
    writer.put(KEYSPACE, key(first), new byte[] {(byte) value});
    writer.commit();
  }

  /** Reads a key. */
  @Operation
  public int get(@Param(name = "key") int key) {
    byte[] value = writer.get(KEYSPACE, key(key));
    return value == null || value == FoundEntry.TOMBSTONE ? -1 : value[0];
  }

  /** Reads two keys at one limit. */
  @Operation
  public int getTwo(@Param(name = "key") int first, @Param(name = "key") int second) {
    long limit = writer.memtable.limit();
    return 100 * at(first, limit) + at(second, limit);
  }

  private int at(int key, long limit) {
    FoundEntry found = new FoundEntry();
    boolean isThere = writer.find(KEYSPACE, key(key), limit, found) && !found.tombstone();
    return isThere ? found.copy()[0] : -1;
  }

  /** Walks over all keys. */
  @Operation
  public String scan() {
    StringBuilder seen = new StringBuilder();
    int fillers = 0;
    try (InternalCursor cursor = writer.memtable.cursor(KEYSPACE, writer.memtable.limit())) {
      for (boolean on = cursor.seekFirst(); on; on = cursor.next()) {
        if (cursor.keyLength() > 1) {
          fillers++;
        } else if (!cursor.tombstone()) {
          seen.append(cursor.key()[0] / 25).append(' ');
        }
      }
    }
    return seen.append(fillers).toString();
  }

  /** What the memtable must do, as a map. */
  public static final class Specification {
    private final NavigableMap<Integer, Integer> map = new TreeMap<>();

    /** Makes what the threads find. */
    public Specification() {
      for (int i = 0; i < KEYS; i++) {
        map.put(i, 0);
      }
    }

    /** As there. */
    public void put(int key, int value) {
      map.put(key, value);
    }

    /** As there. */
    public void delete(int key) {
      map.remove(key);
    }

    /** As there. */
    public void batch(int first, int second, int value) {
      map.put(first, value);
      map.put(second, value);
    }

    /** As there. */
    public int get(int key) {
      return map.getOrDefault(key, -1);
    }

    /** As there. */
    public int getTwo(int first, int second) {
      return 100 * get(first) + get(second);
    }

    /** As there. */
    public String scan() {
      StringBuilder seen = new StringBuilder();
      map.keySet().forEach(key -> seen.append(key).append(' '));
      return seen.append(FILLERS).toString();
    }
  }

  /** A scenario of two calls at once. */
  private static ExecutionScenario both(Actor first, Actor second) {
    return new ExecutionScenario(
        List.of(), List.of(List.of(first), List.of(second)), List.of(), null);
  }

  private static Actor call(String name, Integer... arguments) {
    for (Method method : MemtableLincheckTest.class.getDeclaredMethods()) {
      if (method.getName().equals(name)) {
        return new Actor(method, List.of(arguments));
      }
    }
    throw new IllegalArgumentException(name);
  }

  @Test
  void isLinearizable() {
    int drawn = (int) (20 * MINUTES);
    List<ExecutionScenario> chosen =
        List.of(
            both(call("put", ABSENT_KEY, 5), call("get", 0)),
            both(call("put", ABSENT_KEY, 5), call("scan")),
            both(call("batch", 2, 0, 5), call("getTwo", 0, 2)),
            both(call("delete", 1), call("get", 1)));
    ModelCheckingOptions options = new ModelCheckingOptions();
    chosen.forEach(options::addCustomScenario);
    options
        .iterations(drawn)
        .invocationsPerIteration(INVOCATIONS)
        .threads(2)
        .actorsBefore(0)
        .actorsPerThread(2)
        .actorsAfter(0)
        .loopBound(1_000)
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(
                    "org.anvildb.bytes.Bytes",
                    "org.anvildb.bytes.KeyHash",
                    "org.anvildb.wal.BatchFormat",
                    "org.anvildb.memtable.OperationReader")
                .allMethods()
                .ignore())
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(MemtableLincheckTest.class.getName())
                .methods("fill")
                .ignore())
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses("org.anvildb.memtable.LogWriter")
                .methods("add")
                .ignore())
        .sequentialSpecification(Specification.class)
        .check(MemtableLincheckTest.class);
    System.out.printf(
        "lincheck memtable: %,d scenarios, at most %,d interleavings each, 0 violations%n",
        chosen.size() + drawn, INVOCATIONS);
  }
}

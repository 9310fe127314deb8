package org.anvildb.bench.workload;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.anvildb.bench.data.KeyShape;
import org.anvildb.bench.engine.Engine;
import org.anvildb.bench.engine.StoreOptions;

/**
 * One workload on one engine, as a JVM of its own runs it. Crosses from process to process as a
 * list of words.
 *
 * @param engine the engine
 * @param workload the workload
 * @param directory the store, in the state that the workload starts from
 * @param scratch an empty directory for the warm-up
 * @param entries how many entries a filled store has
 * @param keyShape what keys look like
 * @param keyBytes how long keys are
 * @param valueBytes how long values are
 * @param lz4 whether blocks are compressed
 * @param threads how many threads take part in the workloads that leave it open
 * @param capSeconds how long the timed part takes at most, 0 for the workload's own end
 */
public record Cell(
    Engine engine,
    Workload workload,
    Path directory,
    Path scratch,
    long entries,
    KeyShape keyShape,
    int keyBytes,
    int valueBytes,
    boolean lz4,
    int threads,
    int capSeconds) {
  /** Returns the words from which {@link #parse} makes the same cell. */
  public List<String> words() {
    return List.of(
        "engine=" + engine,
        "workload=" + workload,
        "directory=" + directory,
        "scratch=" + scratch,
        "entries=" + entries,
        "keyShape=" + keyShape,
        "keyBytes=" + keyBytes,
        "valueBytes=" + valueBytes,
        "lz4=" + lz4,
        "threads=" + threads,
        "capSeconds=" + capSeconds);
  }

  /** Makes a cell of its words. */
  public static Cell parse(List<String> words) {
    Map<String, String> values = new HashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      values.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return new Cell(
        Engine.of(value(values, "engine")),
        Workload.of(value(values, "workload")),
        Path.of(value(values, "directory")),
        Path.of(value(values, "scratch")),
        Long.parseLong(value(values, "entries")),
        KeyShape.of(value(values, "keyShape")),
        Integer.parseInt(value(values, "keyBytes")),
        Integer.parseInt(value(values, "valueBytes")),
        Boolean.parseBoolean(value(values, "lz4")),
        Integer.parseInt(value(values, "threads")),
        Integer.parseInt(value(values, "capSeconds")));
  }

  private static String value(Map<String, String> values, String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("'" + name + "' is missing");
    }
    return value;
  }

  /** Returns the keys and values of all entries together. */
  public long rawBytes() {
    return entries * (keyBytes + valueBytes);
  }

  Data data() {
    return Data.of(entries, keyShape, keyBytes, valueBytes);
  }

  StoreOptions storeOptions() {
    return new StoreOptions(workload.isSync(), lz4, rawBytes());
  }
}

package org.anvildb.cli;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.anvildb.api.ByteSize;

/**
 * Turns the records of the engine into maps and lists, so that whatever they tell now or later is
 * in the JSON. Sizes become bytes, durations milliseconds, which the name then tells.
 */
final class RecordTree {
  private RecordTree() {}

  /** Returns the tree of an object. */
  static Object of(Object object) {
    return switch (object) {
      case ByteSize size -> size.bytes();
      case Duration duration -> duration.toMillis();
      case Double number -> Double.isFinite(number) ? number : 0.0;
      case Number number -> number;
      case Boolean flag -> flag;
      case List<?> list -> list.stream().map(RecordTree::of).toList();
      case Record record -> ofRecord(record);
      default -> object.toString();
    };
  }

  /**
   * Returns the tree of a record: its components by name, in order. That of a duration gets its
   * unit: {@code syncInterval} becomes {@code syncIntervalMillis}.
   */
  static Map<String, Object> ofRecord(Record record) {
    var tree = new LinkedHashMap<String, Object>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        Object value = component.getAccessor().invoke(record);
        tree.put(component.getName() + (value instanceof Duration ? "Millis" : ""), of(value));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("can't read " + component, e);
      }
    }
    return tree;
  }
}

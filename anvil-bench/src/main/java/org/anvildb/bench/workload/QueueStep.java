package org.anvildb.bench.workload;

import java.util.Arrays;
import java.util.List;
import org.anvildb.bench.engine.Session;

/**
 * A queue: puts at one end; at the other, looks for the first key of the store and deletes it.
 *
 * <p>Remembers when each thousand was done, since an engine that keeps deleted keys gets slower
 * while the queue stays as short as it was. One thread uses it.
 */
final class QueueStep implements Step {
  private static final int LENGTH = 1000;
  private static final int MARK_STEPS = 1000;
  private static final int PARTS = 10;

  private final Data data;
  private final Session session;
  private final byte[] key;
  private final byte[] value;
  private long[] marks = new long[1024];
  private int markCount;
  private long tail;

  private QueueStep(Data data, Session session) {
    this.data = data;
    this.session = session;
    key = data.keys().newKey();
    value = data.values().newValue();
    for (int i = 0; i < LENGTH; i++) {
      push();
    }
  }

  static Step make(Data data, Session session, int thread, int threads) {
    return new QueueStep(data, session);
  }

  private void push() {
    session.put(data.keys().write(tail, key), data.values().write(tail, value));
    tail++;
  }

  @Override
  public int run(long index) {
    push();
    byte[] first = session.firstKey();
    ReadSteps.expect(first != null);
    if (first != null) {
      session.delete(first);
    }
    if (index % MARK_STEPS == 0) {
      mark();
    }
    return 1;
  }

  private void mark() {
    if (markCount == marks.length) {
      marks = Arrays.copyOf(marks, 2 * marks.length);
    }
    marks[markCount++] = System.nanoTime();
  }

  /** Returns the first and the last tenth of what was done, if there was enough. */
  List<Outcome> ends() {
    int part = (markCount - 1) / PARTS;
    if (part == 0) {
      return List.of();
    }
    return List.of(end("queue-early", 0, part), end("queue-late", markCount - 1 - part, part));
  }

  private Outcome end(String name, int from, int part) {
    long steps = (long) part * MARK_STEPS;
    long nanos = marks[from + part] - marks[from];
    return Outcome.single(name, steps, nanos).withLatency(nanos / steps);
  }
}

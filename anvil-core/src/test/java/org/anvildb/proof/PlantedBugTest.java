package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plants bugs into the engine, one after the other, and holds that the suites find each: a part of
 * a suite that is clean on the sound engine fails on the one with the bug. The sources stay as they
 * are: what a bug changes is compiled in memory and loaded by a loader of its own.
 *
 * <p>{@code -Dbug=NUMBER} plants one bug alone.
 */
@ExtendWith(SilentLog.class)
final class PlantedBugTest {
  /** The bugs of the plan of the proofs; those with higher numbers were seen to be missed. */
  private static final int LEAST_BUGS = 40;

  private static final int BUG = Integer.getInteger("bug", 0);
  private static final long MOST_SECONDS = 900;
  private static final @Nullable String LONG = System.getProperty("long");

  /** The suites that were clean on the sound engine, and over how many states. */
  private static final Map<String, Long> CLEAN = new ConcurrentHashMap<>();

  private static final List<PlantedBug> FOUND = Collections.synchronizedList(new ArrayList<>());
  private static final long BEGIN = System.nanoTime();

  static List<PlantedBug> bugs() throws IOException {
    return PlantedBugs.all().stream().filter(bug -> BUG == 0 || bug.number() == BUG).toList();
  }

  @Test
  void thereAreFortyBugsAtLeast() throws IOException {
    Set<Integer> numbers = new TreeSet<>();
    PlantedBugs.all().forEach(bug -> numbers.add(bug.number()));
    assertThat(numbers)
        .hasSizeGreaterThanOrEqualTo(LEAST_BUGS)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, numbers.size()).boxed().toList());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  void isFound(PlantedBug bug) throws Exception {
    Map<String, byte[]> planted;
    try (var compiler = new PlantedBugCompiler()) {
      planted = compiler.compile(bug);
    }
    long begin = System.nanoTime();
    Map.Entry<String, Long> found = play(bug, planted, Long.MAX_VALUE);
    assertThat(found.getKey()).as("what %s finds of %s", bug.suite(), bug).isNotEmpty();
    long states = found.getValue();
    if (CLEAN.getOrDefault(bug.suite(), 0L) < states) {
      Map.Entry<String, Long> sound = play(bug, Map.of(), states);
      assertThat(sound.getKey()).as("%s without a bug", bug.suite()).isEmpty();
      CLEAN.put(bug.suite(), Math.max(states, sound.getValue()));
    }
    FOUND.add(bug);
    System.out.printf(
        "%s: found by %s, after %,d states and %d ms: %.140s%n",
        bug,
        bug.suite(),
        states,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
        found.getKey());
  }

  /** The long form belongs to the suites themselves: here they stop at the first violation. */
  @BeforeAll
  static void beShort() {
    System.clearProperty("long");
  }

  @AfterAll
  static void tell() throws IOException {
    if (LONG != null) {
      System.setProperty("long", LONG);
    }
    long missed = number(PlantedBugs.all().stream().filter(bug -> !FOUND.contains(bug)));
    long all = number(PlantedBugs.all().stream());
    System.out.printf(
        "planted bugs: %d of %d found, by %d suites, which are clean without them, %d s%n",
        all - missed, all, CLEAN.size(), TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - BEGIN));
    ProofTable.record(ProofTable.Row.PLANTED_BUGS, all - missed);
  }

  /** Returns how many bugs are there, whatever number of suites is to find each. */
  private static long number(Stream<PlantedBug> bugs) {
    return bugs.map(PlantedBug::number).distinct().count();
  }

  /**
   * Plays the suite of a bug on an engine of its own, on a thread that the JVM does not wait for.
   */
  private static Map.Entry<String, Long> play(
      PlantedBug bug, Map<String, byte[]> planted, long mostStates) throws Exception {
    CompletableFuture<Map.Entry<String, Long>> answer = new CompletableFuture<>();
    ClassLoader loader = new PlantedBugLoader(planted);
    Thread.ofPlatform()
        .daemon()
        .name(bug.toString())
        .start(() -> {
          Thread.currentThread().setContextClassLoader(loader);
          try {
            answer.complete(find(loader, bug.suite(), mostStates));
          } catch (Throwable t) {
            answer.completeExceptionally(t);
          }
        });
    try {
      return answer.get(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(
          "%s: %s does not end within %d s".formatted(bug, bug.suite(), MOST_SECONDS), e);
    } catch (ExecutionException e) {
      throw new AssertionError(bug + ": " + bug.suite() + " itself failed", e.getCause());
    }
  }

  @SuppressWarnings("unchecked")
  private static Map.Entry<String, Long> find(ClassLoader loader, String suite, long mostStates)
      throws ReflectiveOperationException {
    Class<?> run = loader.loadClass(PlantedBugRun.class.getName());
    Method find = run.getDeclaredMethod("find", String.class, long.class);
    find.setAccessible(true);
    return (Map.Entry<String, Long>) find.invoke(null, suite, mostStates);
  }
}

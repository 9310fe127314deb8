package org.anvildb.proof;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.version.FileName;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Plays a part of the other suites, up to the first violation, on the engine that its own loader
 * has. Answers in words of the JDK alone, since who asks is of another loader.
 */
final class PlantedBugRun {
  private static final long SEED = 20_261_129;
  private static final int MODEL_OPERATIONS = 20_320;
  private static final int MODEL_KEYS = 3_000;

  private final long mostStates;
  private long states;

  private PlantedBugRun(long mostStates) {
    this.mostStates = mostStates;
  }

  /**
   * Plays a suite.
   *
   * <ul>
   *   <li>{@code crash SCENARIO ...}: crashes at each operation of scenarios
   *   <li>{@code fault SCENARIO WAY ...}: a scenario on a storage that fails in some ways
   *   <li>{@code model NUMBER ...}: the history of the model, under settings of the grid
   *   <li>{@code damage NUMBER KIND FROM}: a bit flipped in each byte of the files of a kind, from
   *       an offset on, of one of the golden databases
   *   <li>{@code cut NUMBER KIND}: its files cut at each length
   *   <li>{@code test CLASS METHOD ...}: methods of a test
   * </ul>
   *
   * @param mostStates after about how many states it ends, where it counts states one by one
   * @return the first violation, empty if there is none, and after how many states it was found
   */
  static Map.Entry<String, Long> find(String suite, long mostStates)
      throws ReflectiveOperationException {
    List<String> words = List.of(suite.split(" +"));
    List<String> what = words.subList(1, words.size());
    PlantedBugRun run = new PlantedBugRun(mostStates);
    String violation =
        switch (words.getFirst()) {
          case "crash" -> run.crash(what);
          case "fault" -> run.fault(what);
          case "model" -> run.model(what);
          case "damage" -> run.damage(what, false);
          case "cut" -> run.damage(what, true);
          case "test" -> run.test(what);
          default -> throw new IllegalArgumentException("no such suite: " + suite);
        };
    return Map.entry(violation, run.states);
  }

  private String crash(List<String> scenarios) {
    for (String name : scenarios) {
      var selection = new CrashPoints.Selection(-1, null);
      var points = new CrashPoints(CrashScenario.valueOf(name), 1, selection);
      points.atMost(mostStates - states);
      points.play();
      states += points.states();
      if (!points.violations().isEmpty()) {
        return told(points.violations().getFirst());
      }
    }
    return "";
  }

  private String fault(List<String> words) {
    FaultScenario scenario = FaultScenario.valueOf(words.getFirst());
    List<String> names = words.subList(1, words.size());
    for (FaultRun.Way way : FaultTest.ways()) {
      boolean isHit = names.contains(way.name());
      for (long nth = 0; isHit && states < mostStates; nth++) {
        FaultRun run = new FaultRun(scenario, 1);
        states++;
        try {
          isHit = run.play(way, nth);
        } catch (RuntimeException | Error e) {
          return "%s %s, operation %d: %s".formatted(scenario, way, nth, told(e));
        }
      }
    }
    return "";
  }

  private String model(List<String> settings) {
    List<ModelOperation> history = ModelOperation.history(SEED, MODEL_OPERATIONS);
    for (String number : settings) {
      Setting setting = SettingGrid.sixtyFour(SEED).get(Integer.parseInt(number));
      MemoryStorage storage = new MemoryStorage();
      states += history.size();
      try {
        ModelRun.run(history, MODEL_KEYS, () -> setting.open(storage, SEED));
      } catch (RuntimeException | Error e) {
        return told(e);
      }
    }
    return "";
  }

  private String damage(List<String> words, boolean isCut) {
    GoldenDatabase golden = GoldenDatabase.all(SEED).get(Integer.parseInt(words.getFirst()));
    FileName.Kind kind = FileName.Kind.valueOf(words.get(1));
    int from = words.size() > 2 ? Integer.parseInt(words.get(2)) : 0;
    DamageOracle oracle = new DamageOracle(golden);
    for (Map.Entry<String, byte[]> file : golden.files().entrySet()) {
      String name = file.getKey();
      if (FileName.parse(name).kind() != kind || golden.isRepeated(name)) {
        continue;
      }
      if (isCut) {
        oracle.mayLoseSynced(Set.of(name));
      }
      byte[] sound = file.getValue();
      for (int at = from; at < sound.length && states < mostStates; at++) {
        byte[] damaged = isCut ? Arrays.copyOf(sound, at) : sound.clone();
        if (!isCut) {
          damaged[at] ^= (byte) (1 << at % Byte.SIZE);
        }
        states++;
        try {
          var outcome = oracle.checkReading(golden.with(name, damaged), Set.of(name));
          if (outcome == DamageOracle.Outcome.SOUND && !golden.isSpare(name, at)) {
            return name + " at " + at + ": nobody noticed";
          }
        } catch (RuntimeException | Error e) {
          return name + " at " + at + ": " + told(e);
        }
      }
    }
    golden.end();
    return "";
  }

  private String test(List<String> words) throws ReflectiveOperationException {
    Class<?> type =
        Class.forName(
            "org.anvildb." + words.getFirst(), false, PlantedBugRun.class.getClassLoader());
    List<String> methods = words.subList(1, words.size());
    var request = LauncherDiscoveryRequestBuilder.request();
    for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
      for (Method method : declaring.getDeclaredMethods()) {
        if (methods.contains(method.getName())) {
          request.selectors(DiscoverySelectors.selectMethod(type, method));
        }
      }
    }
    return play(request.build());
  }

  private String play(LauncherDiscoveryRequest request) {
    var listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    TestExecutionSummary summary = listener.getSummary();
    states += summary.getTestsStartedCount();
    if (summary.getTestsStartedCount() == 0) {
      throw new IllegalArgumentException("no test was found");
    }
    return summary.getFailures().isEmpty()
        ? ""
        : told(summary.getFailures().getFirst().getException());
  }

  /** Returns the messages of a failure and of its causes, in one line. */
  private static String told(Throwable failure) {
    List<String> told = new ArrayList<>();
    for (Throwable t = failure; t != null && told.size() < 4; t = t.getCause()) {
      told.add(t instanceof AssertionError ? String.valueOf(t.getMessage()) : t.toString());
    }
    return String.join("; ", told).replaceAll("\\s+", " ");
  }
}

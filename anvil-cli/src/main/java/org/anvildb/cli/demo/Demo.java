package org.anvildb.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.api.KeyspaceStats;
import org.anvildb.api.Snapshot;
import org.anvildb.api.VerifyReport;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.LevelChart;
import org.anvildb.cli.term.Progress;

/** The demonstration, chapter by chapter. Everything that it claims it checks. */
public final class Demo {
  private static final int LOOKUPS_PER_CHARACTER = 3;
  private static final int SEED = 20;
  private static final String PREFIX = "GREEK SMALL LETTER O";

  private final DemoScreen screen;
  private final Path directory;
  private final List<String> command;
  private final Scale scale;

  /**
   * Prepares the demonstration.
   *
   * @param directory an empty directory
   * @param command the command line that runs the anvil command, without arguments
   * @param scale how large it is
   */
  public Demo(DemoScreen screen, Path directory, List<String> command, Scale scale) {
    this.screen = screen;
    this.directory = directory;
    this.command = command;
    this.scale = scale;
  }

  /**
   * How large the demonstration is.
   *
   * @param characters how many characters of Unicode, at most
   * @param writeMillis how long each writer process may write before it is killed
   */
  public record Scale(int characters, long writeMillis) {}

  /** Runs all chapters; returns whether everything held. */
  public boolean run() throws IOException, InterruptedException {
    Path unicode = directory.resolve("unicode");
    List<UnicodeCharacter> all = UnicodeCharacter.all().limit(scale.characters()).toList();
    try (Database database = Anvil.open(unicode)) {
      var store = new UnicodeStore(database, all);
      load(store);
      lookUp(store);
      scan(store);
      snapshot(database, store);
      look(database);
    }
    long lost = kill();
    verify(unicode);
    screen.summary();
    return conclude(lost);
  }

  private void load(UnicodeStore store) throws IOException {
    screen.chapter("Load every character of Unicode, with name and properties");
    try (var progress = Progress.start(screen.streams(), "loading", "entries", 0)) {
      store.load(progress);
    }
    screen.measured(
        Figures.count(store.entries()) + " entries in 3 keyspaces, atomic batches",
        "load",
        store.entries(),
        store.writeNanos());
  }

  private void lookUp(UnicodeStore store) throws IOException {
    screen.chapter("Look characters up");
    var random = new Random(SEED);
    int reads = LOOKUPS_PER_CHARACTER * store.characters();
    long start = System.nanoTime();
    int wrong = store.lookUp(reads, random);
    screen.measured("by number, in random order", "point reads", reads, System.nanoTime() - start);
    start = System.nanoTime();
    wrong += store.lookUpAbsent(reads, random);
    screen.measured("keys that are not there", "absent keys", reads, System.nanoTime() - start);
    screen.check(wrong == 0, "every answer is what the JDK says");
  }

  private void scan(UnicodeStore store) throws IOException {
    screen.chapter("Scan, forwards and backwards");
    List<String> greek = store.namesWith(PREFIX);
    screen.note("prefix \"" + PREFIX + "\": " + greek.size() + " names, first and last:");
    screen.note("  " + greek.getFirst() + " … " + greek.getLast());
    screen.note("backwards from the end of the alphabet:");
    screen.note("  " + String.join(", ", store.lastNames(3)));
    long start = System.nanoTime();
    long forward = store.scanProperties(false);
    screen.measured("all properties, forwards", "scan", forward, System.nanoTime() - start);
    start = System.nanoTime();
    long backward = store.scanProperties(true);
    screen.measured(
        "all properties, backwards", "scan backwards", backward, System.nanoTime() - start);
    screen.check(
        forward > 0 && forward == backward,
        "both ways in order, " + Figures.count(forward) + " each");
  }

  private void snapshot(Database database, UnicodeStore store) throws IOException {
    screen.chapter("A snapshot stands still");
    try (Snapshot snapshot = database.snapshot()) {
      long before = UnicodeStore.checksum(snapshot);
      long start = System.nanoTime();
      int changed = store.overwrite();
      screen.measured(
          "overwrite every even character, delete every odd",
          "overwrite, delete",
          changed,
          System.nanoTime() - start);
      screen.check(
          UnicodeStore.checksum(snapshot) == before, "the snapshot has not changed a byte");
      screen.check(
          UnicodeStore.checksum(database) != before && store.isOverwritten(),
          "the store has: what was deleted is gone");
    }
  }

  private void look(Database database) throws IOException {
    screen.chapter("What it made of it, after a major compaction");
    long start = System.nanoTime();
    database.compact();
    long nanos = System.nanoTime() - start;
    long entries = 0;
    for (KeyspaceStats keyspace : database.stats().keyspaces()) {
      entries += keyspace.entries();
      LevelChart.of(keyspace, screen.style()).lines().forEach(this::chartLine);
    }
    screen.measured(
        "compacted to " + ByteSize.ofBytes(database.stats().tableBytes()),
        "major compaction",
        entries,
        nanos);
  }

  private void chartLine(String line) {
    try {
      screen.line("  " + line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long kill() throws IOException, InterruptedException {
    screen.chapter("Kill a writing process, and count what is lost");
    screen.note("another process writes batches over two keyspaces and reports each one");
    screen.note("that was acknowledged; kill -9 hits it in the middle; we open its files");
    var trial = new KillTrial(directory.resolve("trial"), command);
    long lost = killOnce(trial, 1, 1, Durability.OS);
    lost += killOnce(trial, 2, 4, Durability.SYNC);
    lost += killOnce(trial, 3, 2, Durability.OS);
    screen.note("what a power cut leaves can't be shown here: the test suite simulates it");
    return lost;
  }

  private long killOnce(KillTrial trial, int round, int writers, Durability durability)
      throws IOException, InterruptedException {
    KillTrial.Result result =
        trial.run(round, writers, durability, scale.writeMillis() + new Random().nextInt(200));
    String how = durability + ", " + writers + (writers == 1 ? " thread" : " threads");
    screen.measured(
        how + ": " + Figures.count(result.acknowledged()) + " batches acknowledged",
        "killed writer, " + how,
        result.acknowledged() * TrialBatch.ENTRIES,
        result.writeNanos());
    TrialCheck check = result.survived();
    screen.check(
        check.isClean(),
        "exit "
            + result.exitCode()
            + ", reopened in "
            + Figures.duration(result.openNanos())
            + ": "
            + Figures.count(check.found())
            + " found, "
            + Figures.count(check.lost())
            + " lost, "
            + Figures.count(check.torn())
            + " torn"
            + (check.wrong() == 0 ? "" : ", " + Figures.count(check.wrong()) + " wrong"));
    return check.lost();
  }

  private void verify(Path unicode) throws IOException {
    screen.chapter("Verify every byte of both stores");
    for (Path store : List.of(unicode, directory.resolve("trial"))) {
      long start = System.nanoTime();
      VerifyReport report = Anvil.verify(store);
      screen.measured(
          store.getFileName()
              + ": "
              + report.files()
              + " files, "
              + ByteSize.ofBytes(report.bytes()),
          "verify " + store.getFileName(),
          report.entries(),
          System.nanoTime() - start);
      screen.check(
          report.isClean(), report.isClean() ? "all is well" : report.findings().toString());
    }
  }

  private boolean conclude(long lost) throws IOException {
    screen.line("");
    boolean held = !screen.hasFailed();
    String verdict = "acknowledged writes lost: " + Figures.count(lost);
    screen.line(
        "    "
            + (held
                ? screen.style().good("✓ " + verdict)
                : screen.style().bad("✗ " + verdict + "; see the marks above")));
    screen.line("");
    return held;
  }
}

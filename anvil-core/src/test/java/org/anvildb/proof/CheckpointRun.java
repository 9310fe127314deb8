package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.anvildb.storage.Storage;
import org.anvildb.storage.sim.MemoryStorage;

/**
 * Checkpoints under writes: after a crash the one that was being made is not there or whole, and
 * those made before are whole.
 */
final class CheckpointRun extends CopyScript {
  /** How many directories there are for checkpoints; each is emptied and used again. */
  private static final int DIRECTORIES = 3;

  private final Map<String, CrashHistory.Moment> made = new TreeMap<>();
  private String making;
  private CrashHistory.Moment moment;

  CheckpointRun(long seed) {
    super(seed);
  }

  @Override
  void copy() {
    String directory = "copy" + copies() % DIRECTORIES;
    if (made.remove(directory) != null) {
      Storage old = run().storage().directory(directory);
      old.list().forEach(old::delete);
      old.syncDirectory();
    }
    making = directory;
    moment = run().history().moment();
    crashing(() -> {
      run().checkpoint(directory);
      made.put(directory, moment);
      making = null;
    });
    use(run().storage().directory(directory), moment);
  }

  @Override
  void check(MemoryStorage disk) {
    assertThat(disk.directories()).containsAll(made.keySet());
    if (!made.isEmpty()) {
      String one = List.copyOf(made.keySet()).get(random().nextInt(made.size()));
      open(disk.directory(one), made.get(one));
    }
    if (making == null) {
      return;
    }
    if (disk.directories().contains(making) && !disk.directory(making).list().isEmpty()) {
      open(disk.directory(making), moment);
    } else if (random().nextInt(4) == 0) {
      // What is left of the directory must not be in the way of the next try.
      CrashHistory.Moment again = reopened(disk, db -> db.checkpoint(Path.of(making)));
      open(disk.directory(making), again);
    }
  }
}

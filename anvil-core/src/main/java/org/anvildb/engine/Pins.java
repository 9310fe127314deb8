package org.anvildb.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The pins of all open cursors and snapshots of a database. Now and then it is looked through: what
 * was dropped without a close is freed and reported, what is held for long is reported.
 *
 * <p>A look is due when the read state was replaced, since nothing that is pinned can be freed
 * before; a minute after a look that found anything held; and at the close. Looks run on the chore
 * lane, as users' log handlers may do what they like.
 *
 * <p>Thread-safe. Opening a cursor costs a weak reference and a store into a slot near the thread's
 * own; a {@link java.lang.ref.Cleaner} would keep a list under a lock for each. The stack is walked
 * for snapshots, for cursors if {@value #SITES} is set when the database is opened, and for the
 * next cursors after a dropped one was found whose site is not known.
 */
final class Pins {
  private static final System.Logger LOG = System.getLogger("org.anvildb");

  /** The system property that has the creation site of each cursor recorded. */
  private static final String SITES = "org.anvildb.cursorSites";

  private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final int SLOTS = 1024;
  private static final int SLOTS_OF_THREAD = 16;

  /** How many cursors have their site recorded after one without was dropped. */
  private static final int SAMPLE = 1000;

  private final String location;
  private final Scheduler scheduler;
  private final ReadStates states;
  private final SnapshotRegistry snapshots;
  private final boolean recordsAll = Boolean.getBoolean(SITES);
  private final AtomicInteger openCursors = new AtomicInteger();
  private final AtomicInteger sitesWanted = new AtomicInteger();
  private final AtomicReferenceArray<@Nullable Pin> slots = new AtomicReferenceArray<>(SLOTS);

  /** The pins that found no slot. */
  private final Set<Pin> others = ConcurrentHashMap.newKeySet();

  private final AtomicBoolean isQueued = new AtomicBoolean();
  private final AtomicBoolean isDelayed = new AtomicBoolean();

  /** Of which kind and place a dropped one was reported. */
  @GuardedBy("this")
  private final Set<String> reported = new HashSet<>();

  Pins(String location, Scheduler scheduler, ReadStates states, SnapshotRegistry snapshots) {
    this.location = location;
    this.scheduler = scheduler;
    this.states = states;
    this.snapshots = snapshots;
  }

  /** Returns how many cursors are open. */
  int openCursors() {
    return openCursors.get();
  }

  /** Notes a new cursor, and takes over one count of its read state. */
  Pin add(UserCursor cursor, ReadState state) {
    boolean wanted = recordsAll || sitesWanted.get() > 0 && sitesWanted.getAndDecrement() > 0;
    Pin pin =
        new CursorPin(cursor, wanted ? CreationSite.find() : null, state, states, openCursors);
    place(pin);
    openCursors.incrementAndGet();
    return pin;
  }

  /** Notes a new snapshot, whose moment is registered. */
  Pin add(OpenSnapshot snapshot, SnapshotPoint point) {
    Pin pin = new SnapshotPin(snapshot, CreationSite.find(), point, snapshots);
    place(pin);
    return pin;
  }

  private void place(Pin pin) {
    int first = (int) Thread.currentThread().threadId() * SLOTS_OF_THREAD;
    for (int i = 0; i < SLOTS_OF_THREAD; i++) {
      int slot = (first + i) & (SLOTS - 1);
      if (slots.getPlain(slot) == null) {
        pin.slot = slot;
        if (slots.compareAndSet(slot, null, pin)) {
          return;
        }
      }
    }
    pin.slot = -1;
    others.add(pin);
  }

  /** Frees a pin, unless that was done before; tells whether it was not. */
  boolean release(Pin pin) {
    boolean wasThere = pin.slot < 0 ? others.remove(pin) : slots.compareAndSet(pin.slot, pin, null);
    if (wasThere) {
      pin.free();
    }
    return wasThere;
  }

  /** Has the pins looked through if there are any. */
  void stateReplaced() {
    if ((openCursors.get() > 0 || snapshots.count() > 0) && isQueued.compareAndSet(false, true)) {
      try {
        scheduler.submit(
            Lane.CHORE,
            () -> {
              isQueued.set(false);
              look();
            });
      } catch (RuntimeException | Error e) {
        // The scheduler takes no work for now: the next change of the state asks again.
        isQueued.set(false);
      }
    }
  }

  /** Frees what was dropped, and warns of it and of what is held for long. */
  void look() {
    List<Pin> dropped = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    boolean isAnyHolding = false;
    for (Pin pin : all()) {
      if (pin.refersTo(null)) {
        if (release(pin)) {
          dropped.add(pin);
        }
      } else if (pin.isHolding()) {
        isAnyHolding = true;
        heldFor(pin, warnings);
      }
    }
    report(dropped, warnings);
    if (isAnyHolding) {
      lookLater();
    }
    for (String warning : warnings) {
      LOG.log(System.Logger.Level.WARNING, "{0}", warning);
    }
  }

  private List<Pin> all() {
    List<Pin> all = new ArrayList<>(others);
    for (int i = 0; i < SLOTS; i++) {
      Pin pin = slots.get(i);
      if (pin != null) {
        all.add(pin);
      }
    }
    return all;
  }

  private synchronized void heldFor(Pin pin, List<String> warnings) {
    long now = scheduler.nanoTime();
    if (!pin.isHeld) {
      pin.isHeld = true;
      pin.sinceNanos = now;
    } else if (!pin.isTold && now - pin.sinceNanos >= LONG_NANOS) {
      pin.isTold = true;
      warnings.add(
          "AnvilDB at %s: a %s has been open for %d minutes, created at %s: %s; close it as soon as it is not needed%s"
              .formatted(
                  location,
                  pin.kind(),
                  TimeUnit.NANOSECONDS.toMinutes(now - pin.sinceNanos),
                  pin.place(),
                  pin.held(),
                  advice(pin)));
    }
  }

  /** Adds one warning for each place that was not reported before. */
  private synchronized void report(List<Pin> dropped, List<String> warnings) {
    Map<String, List<Pin>> byPlace = new HashMap<>();
    for (Pin pin : dropped) {
      byPlace
          .computeIfAbsent(pin.kind() + " created at " + pin.place(), _ -> new ArrayList<>())
          .add(pin);
    }
    byPlace.forEach((what, pins) -> {
      Pin first = pins.getFirst();
      if (first.site == null) {
        sitesWanted.set(SAMPLE);
      }
      if (reported.add(what)) {
        warnings.add(
            "AnvilDB at %s: a %s was dropped without a close, %d of them so far, and released now; use try-with-resources there%s"
                .formatted(location, what, pins.size(), advice(first)));
      }
    });
  }

  private static String advice(Pin pin) {
    return pin.site == null
        ? "; to be told the place, set the system property " + SITES + " to true"
        : "";
  }

  /**
   * Plans another look; not where all runs on one thread, as then a wait without end would look
   * like one for that.
   */
  private void lookLater() {
    if (scheduler.graceNanos() == 0 || !isDelayed.compareAndSet(false, true)) {
      return;
    }
    // Whoever holds the delayed work must not hold a closed database with it.
    var self = new WeakReference<>(this);
    try {
      scheduler.submitLater(
          Lane.CHORE,
          PERIOD_NANOS,
          () -> {
            Pins pins = self.get();
            if (pins != null) {
              pins.isDelayed.set(false);
              pins.look();
            }
          });
    } catch (RuntimeException | Error e) {
      isDelayed.set(false);
    }
  }
}

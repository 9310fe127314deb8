package org.anvildb.engine;

import java.util.random.RandomGenerator;
import org.anvildb.schedule.Scheduler;
import org.anvildb.storage.Storage;

/**
 * What the engine gets from outside: tests put other things in place.
 *
 * @param storage the directory
 * @param scheduler background work and time
 * @param random draws the identity of a new database
 */
public record Environment(Storage storage, Scheduler scheduler, RandomGenerator random) {}

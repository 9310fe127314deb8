/**
 * The anvil command: one class for each subcommand.
 *
 * <p>A command parses, asks the engine, and prints; all it knows of the world is {@link
 * org.anvildb.cli.term.Streams}, so that tests run it in their own process.
 */
@NullMarked
package org.anvildb.cli;

import org.jspecify.annotations.NullMarked;

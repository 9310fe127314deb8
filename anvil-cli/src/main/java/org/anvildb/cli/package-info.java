/** The anvil command: one class for each subcommand. */
@NullMarked
package org.anvildb.cli;

import org.jspecify.annotations.NullMarked;

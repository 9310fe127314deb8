/** What the terminal shows: colours, tables, bars, progress, figures. */
@NullMarked
package org.anvildb.cli.term;

import org.jspecify.annotations.NullMarked;

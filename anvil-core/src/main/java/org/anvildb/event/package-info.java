/** Counters and histograms that the engine's parts fill and statistics read. */
@NullMarked
package org.anvildb.event;

import org.jspecify.annotations.NullMarked;

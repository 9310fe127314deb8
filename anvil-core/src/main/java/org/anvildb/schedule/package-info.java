/** What makes the engine run and what tests replace: background work, waiting and time. */
@NullMarked
package org.anvildb.schedule;

import org.jspecify.annotations.NullMarked;

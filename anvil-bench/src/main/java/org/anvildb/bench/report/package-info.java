/** What comes out: figures as a table, CSV, JSON and a chart. */
@NullMarked
package org.anvildb.bench.report;

import org.jspecify.annotations.NullMarked;

/** Reading and writing entries as rows of CSV, TSV, JSON lines or a table. */
@NullMarked
package org.anvildb.cli.rows;

import org.jspecify.annotations.NullMarked;

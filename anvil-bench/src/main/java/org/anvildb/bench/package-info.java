/** Workloads that measure AnvilDB and its peers side by side. */
@NullMarked
package org.anvildb.bench;

import org.jspecify.annotations.NullMarked;

/**
 * Measures single parts of the engine with JMH; apart from {@code ./anvil bench}, and not built
 * with it.
 */
@NullMarked
package org.anvildb.bench.leaf;

import org.jspecify.annotations.NullMarked;

/** The engines behind one small interface, each with the settings that its makers recommend. */
@NullMarked
package org.anvildb.bench.engine;

import org.jspecify.annotations.NullMarked;

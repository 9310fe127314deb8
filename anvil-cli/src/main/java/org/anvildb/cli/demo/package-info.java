/** The demonstration: real data, all ways of reading it, and a writer that is killed. */
@NullMarked
package org.anvildb.cli.demo;

import org.jspecify.annotations.NullMarked;

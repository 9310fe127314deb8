/**
 * Bytes: comparing, heads, variable-length numbers, hashes and checksums. No state, no input or
 * output.
 */
@NullMarked
package org.anvildb.bytes;

import org.jspecify.annotations.NullMarked;

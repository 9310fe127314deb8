/**
 * Bytes: comparing, heads, variable-length numbers, hashes and checksums; and what stands the
 * errors that mapped bytes may give late. No input or output.
 */
@NullMarked
package org.anvildb.bytes;

import org.jspecify.annotations.NullMarked;

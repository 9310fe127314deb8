/** The record framing that the write-ahead log and the manifest share. */
@NullMarked
package org.anvildb.log;

import org.jspecify.annotations.NullMarked;

/**
 * The storage SPI: one flat directory of files, and its implementation on the local file system.
 */
@NullMarked
package org.anvildb.storage;

import org.jspecify.annotations.NullMarked;

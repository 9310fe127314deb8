/**
 * The vocabulary of AnvilDB: contracts, options, statistics and exceptions. It uses the JDK alone,
 * and every other package may use it.
 */
@NullMarked
package org.anvildb.api;

import org.jspecify.annotations.NullMarked;

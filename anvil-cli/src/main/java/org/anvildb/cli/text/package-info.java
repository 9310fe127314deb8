/** Keys and values as people write them: escaped text, hexadecimal, base 64, JSON strings. */
@NullMarked
package org.anvildb.cli.text;

import org.jspecify.annotations.NullMarked;

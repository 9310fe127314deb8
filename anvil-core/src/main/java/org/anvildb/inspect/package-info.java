/** Tools that look into files: verification and dumps. */
@NullMarked
package org.anvildb.inspect;

import org.jspecify.annotations.NullMarked;

package org.anvildb.bench.engine;

/** In which direction a scan goes, and what becomes of the bytes. */
public enum ScanForm {
  /** Forward; each key and value arrives in an array of the heap. */
  COPYING,

  /** Backward; each key and value arrives in an array of the heap. */
  REVERSE,

  /** Forward; keys and values are read in the cheapest form that the engine's API offers. */
  IN_PLACE
}

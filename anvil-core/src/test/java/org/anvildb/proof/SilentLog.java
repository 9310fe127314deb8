package org.anvildb.proof;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Keeps the engine from logging during tests that give it thousands of reasons to. */
final class SilentLog implements BeforeEachCallback, AfterEachCallback {
  /** Held, as loggers that nobody holds are forgotten, and their levels with them. */
  private static final Logger LOG = Logger.getLogger("org.anvildb");

  @Override
  public void beforeEach(ExtensionContext context) {
    LOG.setLevel(Level.OFF);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    LOG.setLevel(null);
  }
}

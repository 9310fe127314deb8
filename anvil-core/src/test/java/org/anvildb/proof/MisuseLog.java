package org.anvildb.proof;

import java.text.MessageFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects what the engine logs, as long as it is open. */
final class MisuseLog extends Handler implements AutoCloseable {
  private final Logger logger = Logger.getLogger("org.anvildb");
  private final List<String> warnings = new CopyOnWriteArrayList<>();

  private MisuseLog() {}

  static MisuseLog start() {
    MisuseLog log = new MisuseLog();
    log.logger.addHandler(log);
    log.logger.setUseParentHandlers(false);
    return log;
  }

  /** Returns the messages of level WARNING and above that name a place. */
  List<String> warnings(String location) {
    return warnings.stream().filter(text -> text.contains(location)).toList();
  }

  @Override
  public void publish(LogRecord record) {
    if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
      Object[] parameters = record.getParameters();
      String text = record.getMessage();
      warnings.add(
          parameters == null || parameters.length == 0
              ? text
              : MessageFormat.format(text, parameters));
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}

package org.anvildb.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code anvil --version} prints. */
final class VersionText implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = VersionText.class.getPackage().getImplementationVersion();
    return new String[] {
      "AnvilDB " + (version == null ? "(development)" : version),
      "on Java " + Runtime.version() + ", " + System.getProperty("os.name")
    };
  }
}

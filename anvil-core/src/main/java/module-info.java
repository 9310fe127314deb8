/**
 * AnvilDB: an embedded, ordered, crash-safe key-value store in pure Java.
 *
 * <p>Start at {@code org.anvildb.Anvil}.
 */
module org.anvildb {
  requires static transitive org.jspecify;
  requires static com.google.errorprone.annotations;
  requires org.lz4.java;

  exports org.anvildb;
  exports org.anvildb.api;
  exports org.anvildb.backup;
  exports org.anvildb.schedule;
  exports org.anvildb.storage;
  exports org.anvildb.storage.sim;

  uses org.anvildb.api.Codec;
}

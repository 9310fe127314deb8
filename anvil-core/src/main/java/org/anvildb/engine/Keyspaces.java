package org.anvildb.engine;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Database;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.Limits;
import org.anvildb.api.OptionsMismatchException;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Version;
import org.anvildb.version.VersionEdit;
import org.jspecify.annotations.Nullable;

/** The keyspaces of a database by name: finding, creating, dropping. Thread-safe. */
final class Keyspaces {
  private final Engine engine;
  private final Parts parts;

  Keyspaces(Engine engine, Parts parts) {
    this.engine = engine;
    this.parts = parts;
  }

  KeyspaceHandle defaultKeyspace() {
    KeyspaceVersion found = parts.catalog().current().keyspace(KeyspaceVersion.DEFAULT_ID);
    return handle(Objects.requireNonNull(found, "default keyspace"));
  }

  List<String> names() {
    parts.health().checkOpen();
    return parts.catalog().current().keyspaces().stream().map(KeyspaceVersion::name).toList();
  }

  /** Finds a keyspace or creates it; options that are given must be the stored ones. */
  Keyspace open(String name, @Nullable KeyspaceOptions options) {
    checkName(name);
    parts.health().checkOpen();
    KeyspaceVersion found = parts.catalog().current().keyspace(name);
    if (found == null) {
      found = create(name, options == null ? parts.options().keyspaceDefaults() : options);
    }
    if (options != null && !options.equals(found.options())) {
      throw new OptionsMismatchException(
          "keyspace '"
              + name
              + "' is stored with "
              + found.options()
              + " but was asked for with "
              + options
              + "; leave the options out, or give the stored ones");
    }
    return handle(found);
  }

  Optional<Keyspace> find(String name) {
    checkName(name);
    parts.health().checkOpen();
    return Optional.ofNullable(parts.catalog().current().keyspace(name)).map(this::handle);
  }

  boolean drop(String name) {
    checkName(name);
    if (name.equals(Database.DEFAULT_KEYSPACE)) {
      throw new IllegalArgumentException("the default keyspace can't be dropped");
    }
    parts.health().checkWritable();
    Version after =
        parts
            .catalog()
            .change(
                version -> {
                  KeyspaceVersion found = version.keyspace(name);
                  return found == null ? null : List.of(new VersionEdit.DropKeyspace(found.id()));
                },
                List.of(),
                null);
    return after != null;
  }

  void compact(String name) {
    parts.health().checkWritable();
    KeyspaceVersion found = parts.catalog().current().keyspace(name);
    if (found != null) {
      parts.compactions().run(found.id(), KeyRange.all());
      Reference.reachabilityFence(engine);
    }
  }

  /** Returns the id of a keyspace that belongs to this database and was not dropped. */
  int idOf(Keyspace keyspace) {
    Objects.requireNonNull(keyspace, "keyspace");
    if (keyspace == engine) {
      return KeyspaceVersion.DEFAULT_ID;
    }
    if (!(keyspace instanceof KeyspaceHandle own) || !own.belongsTo(parts)) {
      throw new IllegalArgumentException("the keyspace belongs to another database");
    }
    if (parts.states().current().keyspace(own.id()) == null) {
      throw new ClosedException("keyspace '" + own.name() + "' was dropped");
    }
    return own.id();
  }

  private KeyspaceVersion create(String name, KeyspaceOptions options) {
    parts.health().checkWritable();
    parts.tables().codecs().byName(options.codec());
    parts
        .catalog()
        .change(
            version ->
                version.keyspace(name) != null
                    ? null
                    : List.of(
                        new VersionEdit.CreateKeyspace(version.nextKeyspace(), name, options)),
            List.of(),
            null);
    return Objects.requireNonNull(parts.catalog().current().keyspace(name), "dropped meanwhile");
  }

  private KeyspaceHandle handle(KeyspaceVersion version) {
    return new KeyspaceHandle(engine, parts, version.id(), version.name(), version.options());
  }

  private static void checkName(String name) {
    int bytes = Objects.requireNonNull(name, "name").getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > Limits.MAX_KEYSPACE_NAME_BYTES) {
      throw new IllegalArgumentException(
          "a keyspace's name has 1 to "
              + Limits.MAX_KEYSPACE_NAME_BYTES
              + " bytes in UTF-8, but this one has "
              + bytes);
    }
  }
}

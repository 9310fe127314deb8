package org.anvildb.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import org.anvildb.api.Codec;
import org.anvildb.api.FormatException;

/**
 * The block compressors that are there: NONE, LZ4, DEFLATE, and those that services provide.
 * Immutable.
 */
public final class Codecs {
  static final int NONE_ID = 0;

  private static final int FIRST_FREE_ID = 16;

  private final List<Codec> codecs;

  private Codecs(List<Codec> codecs) {
    this.codecs = List.copyOf(codecs);
  }

  /**
   * Finds all compressors.
   *
   * @throws IllegalStateException if two claim the same id or name
   */
  public static Codecs load() {
    List<Codec> all = new ArrayList<>();
    all.add(new NoCodec());
    all.add(new Lz4Codec());
    all.add(new DeflateCodec());
    for (Codec codec : ServiceLoader.load(Codec.class)) {
      if (codec.id() < FIRST_FREE_ID || codec.id() > 255) {
        throw new IllegalStateException(
            "codec " + codec.name() + " claims id " + codec.id() + ": choose 16 to 255");
      }
      if (!codec.name().equals(codec.name().toUpperCase(Locale.ROOT))) {
        throw new IllegalStateException(
            "codec " + codec.name() + " has lower-case letters in its name: no option finds it");
      }
      for (Codec other : all) {
        if (other.id() == codec.id() || other.name().equals(codec.name())) {
          throw new IllegalStateException(
              "codecs " + other.name() + " and " + codec.name() + " claim the same id or name");
        }
      }
      all.add(codec);
    }
    return new Codecs(all);
  }

  /**
   * Returns the codec of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Codec byName(String name) {
    String wanted = name.toUpperCase(Locale.ROOT);
    for (Codec codec : codecs) {
      if (codec.name().equals(wanted)) {
        return codec;
      }
    }
    throw new IllegalArgumentException(
        "there is no codec "
            + name
            + "; known are "
            + codecs.stream().map(Codec::name).toList()
            + ", others must be provided as services");
  }

  /**
   * Returns the codec that a table names.
   *
   * @param file the table's file, for the message
   * @throws FormatException if there is none
   */
  Codec byId(int id, String file) {
    for (Codec codec : codecs) {
      if (codec.id() == id) {
        return codec;
      }
    }
    throw new FormatException(
        file
            + " is compressed by the codec with id "
            + id
            + ", which is not there: add the library that provides it as a service");
  }
}

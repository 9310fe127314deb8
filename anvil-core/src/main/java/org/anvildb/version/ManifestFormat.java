package org.anvildb.version;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.Limits;
import org.anvildb.table.TableMeta;
import org.anvildb.version.VersionEdit.AddTable;
import org.anvildb.version.VersionEdit.Counters;
import org.anvildb.version.VersionEdit.CreateKeyspace;
import org.anvildb.version.VersionEdit.DropKeyspace;
import org.anvildb.version.VersionEdit.Identity;
import org.anvildb.version.VersionEdit.Progress;
import org.anvildb.version.VersionEdit.RemoveTable;

/**
 * The layout of a manifest: a {@link FileHead}, then records ({@link
 * org.anvildb.log.RecordFormat}), numbered from 1, whose bodies are lists of edits.
 *
 * <pre>
 * body     = edit+
 * edit     = 1 id-high:8 id-low:8 hash-seed:8                                   identity
 *          | 2 id name:text codec:text filter:1 block-bytes level-ratio         keyspace created
 *          | 3 id                                                               keyspace dropped
 *          | 4 keyspace level:1 above number file-bytes entries tombstones
 *              max-sequence footer-checksum:4 smallest:bytes largest:bytes      table added
 *          | 5 keyspace level:1 number                                          table removed
 *          | 6 wal-floor last-sequence                                          progress
 *          | 7 next-file next-keyspace                                          counters
 * text     = bytes                      UTF-8
 * bytes    = length byte*
 * </pre>
 *
 * <p>Fields without a size are variable-length numbers ({@link org.anvildb.bytes.Varint}), those
 * with one are little-endian. Files are named by numbers, never by strings: no manifest can make
 * the engine touch a file outside its directory. The page {@code docs/format/manifest.md} has an
 * example.
 */
public final class ManifestFormat {
  private static final int IDENTITY = 1;
  private static final int CREATE_KEYSPACE = 2;
  private static final int DROP_KEYSPACE = 3;
  private static final int ADD_TABLE = 4;
  private static final int REMOVE_TABLE = 5;
  private static final int PROGRESS = 6;
  private static final int COUNTERS = 7;

  private static final int MAX_CODEC_BYTES = 128;

  /** No table has more bytes or entries (16 TiB), so that sums over all tables don't overflow. */
  private static final long MAX_TABLE = 1L << 44;

  private ManifestFormat() {}

  /** Returns the body of a record. */
  public static byte[] encode(List<VersionEdit> edits) {
    EditEncoder out = new EditEncoder();
    for (VersionEdit edit : edits) {
      switch (edit) {
        case Identity identity -> encode(out, identity);
        case CreateKeyspace create -> encode(out, create);
        case DropKeyspace drop -> {
          out.putByte(DROP_KEYSPACE);
          out.putNumber(drop.id());
        }
        case AddTable add -> encode(out, add);
        case RemoveTable remove -> {
          out.putByte(REMOVE_TABLE);
          out.putNumber(remove.keyspace());
          out.putByte(remove.level());
          out.putNumber(remove.number());
        }
        case Progress progress -> {
          out.putByte(PROGRESS);
          out.putNumber(progress.walFloor());
          out.putNumber(progress.lastSequence());
        }
        case Counters counters -> {
          out.putByte(COUNTERS);
          out.putNumber(counters.nextFile());
          out.putNumber(counters.nextKeyspace());
        }
      }
    }
    return out.toBytes();
  }

  /**
   * Reads the body of a record.
   *
   * @param file the manifest's name, for messages
   * @param base the offset in the file of the array's first byte, for messages
   * @throws org.anvildb.api.CorruptionException if it is none
   */
  public static List<VersionEdit> decode(String file, long base, byte[] bytes, int from, int end) {
    EditDecoder in = new EditDecoder(file, base, bytes, from, end);
    List<VersionEdit> edits = new ArrayList<>();
    while (in.hasMore()) {
      edits.add(decode(in));
    }
    return edits;
  }

  private static VersionEdit decode(EditDecoder in) {
    int kind = in.getByte();
    return switch (kind) {
      case IDENTITY -> new Identity(new UUID(in.getLong(), in.getLong()), in.getLong());
      case CREATE_KEYSPACE -> decodeCreate(in);
      case DROP_KEYSPACE -> new DropKeyspace(keyspace(in));
      case ADD_TABLE -> decodeAdd(in);
      case REMOVE_TABLE -> new RemoveTable(keyspace(in), level(in), in.getNumber());
      case PROGRESS -> new Progress(in.getNumber(), in.getNumber());
      case COUNTERS -> new Counters(in.getNumber(), keyspace(in));
      default -> throw in.corrupt("there is no edit of kind " + kind);
    };
  }

  private static void encode(EditEncoder out, Identity identity) {
    out.putByte(IDENTITY);
    out.putLong(identity.databaseId().getMostSignificantBits());
    out.putLong(identity.databaseId().getLeastSignificantBits());
    out.putLong(identity.hashSeed());
  }

  private static void encode(EditEncoder out, CreateKeyspace create) {
    KeyspaceOptions options = create.options();
    out.putByte(CREATE_KEYSPACE);
    out.putNumber(create.id());
    out.putText(create.name());
    out.putText(options.codec());
    out.putByte(code(options.filterPolicy()));
    out.putNumber(options.blockBytes());
    out.putNumber(options.levelRatio());
  }

  private static CreateKeyspace decodeCreate(EditDecoder in) {
    int id = keyspace(in);
    String name = in.getText("a keyspace's name", Limits.MAX_KEYSPACE_NAME_BYTES);
    String codec = in.getText("a codec's name", MAX_CODEC_BYTES);
    FilterPolicy policy = policy(in);
    int blockBytes = in.getNumber("a block's size", Integer.MAX_VALUE);
    int levelRatio = in.getNumber("a level ratio", Integer.MAX_VALUE);
    try {
      return new CreateKeyspace(
          id, name, new KeyspaceOptions(codec, policy, blockBytes, levelRatio));
    } catch (IllegalArgumentException e) {
      throw in.corrupt("the options of keyspace " + id + " are wrong: " + e.getMessage());
    }
  }

  private static void encode(EditEncoder out, AddTable add) {
    TableMeta table = add.table();
    out.putByte(ADD_TABLE);
    out.putNumber(add.keyspace());
    out.putByte(add.level());
    out.putNumber(add.above());
    out.putNumber(table.number());
    out.putNumber(table.fileBytes());
    out.putNumber(table.entries());
    out.putNumber(table.tombstones());
    out.putNumber(table.maxSequence());
    out.putInt(table.footerChecksum());
    out.putBytes(table.smallest());
    out.putBytes(table.largest());
  }

  private static AddTable decodeAdd(EditDecoder in) {
    int keyspace = keyspace(in);
    int level = level(in);
    long above = in.getNumber();
    long number = in.getNumber();
    long fileBytes = in.getNumber("a table's size", MAX_TABLE);
    long entries = in.getNumber("a count of entries", MAX_TABLE);
    long tombstones = in.getNumber();
    long maxSequence = in.getNumber();
    int footerChecksum = in.getInt();
    byte[] smallest = in.getBytes("a key's length", Limits.MAX_KEY_BYTES);
    byte[] largest = in.getBytes("a key's length", Limits.MAX_KEY_BYTES);
    if (tombstones > entries) {
      throw in.corrupt("a table has more tombstones than entries");
    }
    return new AddTable(
        keyspace,
        level,
        above,
        new TableMeta(
            number,
            fileBytes,
            entries,
            tombstones,
            smallest,
            largest,
            maxSequence,
            footerChecksum));
  }

  private static int keyspace(EditDecoder in) {
    return in.getNumber("a keyspace's number", Integer.MAX_VALUE);
  }

  private static int level(EditDecoder in) {
    int level = in.getByte();
    if (level >= Levels.COUNT) {
      throw in.corrupt("there is no level " + level);
    }
    return level;
  }

  /** The number of a policy on disk: never changed, whatever becomes of the enum. */
  private static int code(FilterPolicy policy) {
    return switch (policy) {
      case POINT_INDEX -> 1;
      case BLOOM -> 2;
      case NONE -> 3;
    };
  }

  private static FilterPolicy policy(EditDecoder in) {
    int code = in.getByte();
    return switch (code) {
      case 1 -> FilterPolicy.POINT_INDEX;
      case 2 -> FilterPolicy.BLOOM;
      case 3 -> FilterPolicy.NONE;
      default -> throw in.corrupt("there is no filter policy " + code);
    };
  }
}

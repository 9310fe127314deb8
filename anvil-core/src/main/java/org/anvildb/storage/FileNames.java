package org.anvildb.storage;

/**
 * The names that files of a storage may have: letters, digits, dot and hyphen, so that no name
 * leads out of the directory or means something to a shell or a file system.
 */
public final class FileNames {
  /** The file whose lock stands for the directory. Only {@link Storage#lock} may touch it. */
  public static final String LOCK = "LOCK";

  private static final int MAX_LENGTH = 255;

  private FileNames() {}

  /**
   * Checks a name.
   *
   * @param name a name
   * @return the name
   * @throws IllegalArgumentException if a storage takes no such name
   */
  public static String check(String name) {
    int length = name.length();
    // A dot at the end covers "." and ".."; Windows would strip it and open another file.
    boolean valid = length > 0 && length <= MAX_LENGTH && name.charAt(length - 1) != '.';
    for (int i = 0; valid && i < length; i++) {
      char c = name.charAt(i);
      valid =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '-';
    }
    if (!valid) {
      throw new IllegalArgumentException(
          "file name must be 1 to 255 of A-Z a-z 0-9 . - and not end in a dot");
    }
    return name;
  }

  /**
   * Checks a name of a file that is to be opened, renamed or deleted, which {@link #LOCK} never is:
   * POSIX systems drop a process's lock as soon as any descriptor of the locked file is closed.
   *
   * @param name a name
   * @return the name
   * @throws IllegalArgumentException if a storage takes no such name, or it is the lock file's
   */
  public static String checkData(String name) {
    check(name);
    // Whatever the case: some file systems do not tell "lock" from "LOCK".
    if (name.equalsIgnoreCase(LOCK)) {
      throw new IllegalArgumentException(name + " is no data file: opening it could drop the lock");
    }
    return name;
  }
}

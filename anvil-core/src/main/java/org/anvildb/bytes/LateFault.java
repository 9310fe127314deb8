package org.anvildb.bytes;

/**
 * The error of a mapped page that is gone, which the JVM notes for the thread that read it, and
 * throws late: compiled code goes on, with any bytes, to some call that follows.
 *
 * <p>Who keeps for others what was made of mapped bytes delivers the error first; else they might
 * be given bytes that were never there.
 */
public final class LateFault {
  private static final Object NOBODYS = new Object();

  private LateFault() {}

  /**
   * Throws the error that was noted for this thread, if there is one. Takes about 30 ns: the JVM
   * looks at the end of each call into it, and this is the cheapest one. ({@code Thread.yield()}
   * takes twenty times as long.)
   *
   * @throws InternalError if a page that this thread read was gone
   */
  public static void deliver() {
    if (Thread.holdsLock(NOBODYS)) {
      throw new IllegalStateException("somebody holds what nobody can reach");
    }
  }
}

package org.anvildb.memtable;

/** Is shown keys of a memtable. */
@FunctionalInterface
public interface KeySink {
  /**
   * Takes a key.
   *
   * @param keyspace the keyspace that has it
   * @param key holds it from index 0 on; valid during the call
   * @param length its length
   * @param isTombstone whether its newest operation is a delete
   */
  void accept(int keyspace, byte[] key, int length, boolean isTombstone);
}

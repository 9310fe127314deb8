package org.anvildb.memtable;

/** Tells the sequence number of the batch that holds an operation, from the operation's offset. */
@FunctionalInterface
public interface SequenceOfPosition {
  /** Returns the sequence number of the batch that holds the operation at a log offset in bytes. */
  long sequenceAt(long operation);
}

package org.anvildb.storage.sim;

/**
 * One call of a storage or of one of its files.
 *
 * @param kind what it does
 * @param name the file that it is about; of a renaming the old name; empty if about the directory
 */
public record Operation(OperationKind kind, String name) {}

package org.anvildb.compact;

import java.util.List;
import org.anvildb.table.TableMeta;

/**
 * What a compaction made.
 *
 * @param tables the outputs in key order: durable, read back, not yet in any manifest
 * @param bytesRead the length of all inputs
 * @param bytesWritten the length of all outputs
 * @param entriesRead how many entries the inputs have
 * @param entriesWritten how many of them are in the outputs
 */
public record CompactionResult(
    List<TableMeta> tables,
    long bytesRead,
    long bytesWritten,
    long entriesRead,
    long entriesWritten) {}

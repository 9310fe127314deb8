package org.anvildb.storage.sim;

/**
 * Which of the unsynced changes a power cut leaves on the disk. In no mode is anything lost that
 * was synced, nor anything kept of a page whose sync failed (see {@link MemoryStorage#failSyncAt}).
 * Unless a mode says otherwise, all changes of the directory are kept.
 */
public enum CrashMode {
  /** Only what was synced, of the files and of the directory. */
  SYNCED_ONLY,
  /** Everything: what a killed process leaves. */
  EVERYTHING,
  /** Of each file's unsynced bytes a random prefix. */
  PREFIX,
  /**
   * A random subset of the unsynced sectors of 512 bytes, or pages of 4 KiB. In place of the lost
   * ones stands what was there before: older bytes, or zeros where the file has grown.
   */
  HOLES,
  /** Like HOLES, but where the file has grown stand garbage or stale bytes instead of zeros. */
  GARBAGE,
  /** The files have their new lengths, but of the unsynced bytes none: zeros where they grew. */
  LENGTH_ONLY,
  /**
   * Each unsynced creation, renaming and removal is kept or lost, independently of the others; a
   * renaming is atomic. Each file's unsynced bytes are all kept or all lost.
   */
  DIRECTORY,
  /** Overwritten bytes are torn at sectors of 512 bytes, some old, some new; growth is kept. */
  TORN,
  /** Everything but the pages whose sync failed, which could be read until the crash. */
  LOST_SYNC,
  /** Each file's unsynced bytes are all kept or all lost: syncing one does not sync another. */
  FILE_BY_FILE
}

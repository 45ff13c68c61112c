import { statSync } from "node:fs";
import type { Log } from "../app/ports/aws.ts";

/**
 * Watches the file of an open SQLite database, from now on. Returns a function that says why the path no longer names
 * that file, or null while it does. SQLite does not notice: it would keep writing to a file that no later process finds.
 * A change is logged once, by the call that finds it.
 */
export function watchFile(path: string, log: Log): () => string | null {
  const opened = identify(path);
  let known: string | null = null;
  return () => {
    const now = identify(path);
    const fault = now === null ? "the file was removed" : now === opened ? null : "the file was replaced";
    if (fault !== known && fault !== null)
      log.error(
        { event: "database.file-lost", path, fault },
        "the database file is no longer at its path: votes and audit records are lost at a restart. Put the file back, or stop the bot",
      );
    known = fault;
    return fault;
  };
}

/** Returns the device and inode of a file; null if no file can be found. */
function identify(path: string): string | null {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  return file === undefined ? null : `${file.dev}:${file.ino}`;
}

/** Warns if other users of the machine can read the database: it holds reasons, names and the parameters of runbooks. */
export function warnIfReadable(path: string, log: Log): void {
  const readable = [path, `${path}-wal`, `${path}-shm`].filter(
    (file) => ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0,
  );
  if (readable.length > 0)
    log.warn(
      { event: "database.file-readable", files: readable },
      "other users of this machine can read or write the database: run chmod 600 on these files",
    );
}

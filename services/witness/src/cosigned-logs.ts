import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint, readNote, type TreeHead } from '@tallystick/proof';

/** The name under which a witness shows a log: SHA-256 of its origin in lower-case hex (C2SP tlog-witness). */
export function originHash(origin: string): string {
  return createHash('sha256').update(origin).digest('hex');
}

/**
 * What a witness has cosigned, a file of JSON lines `{note}` for each log that only grows. A line is
 * on the disk before the cosignature leaves, so no restart makes the witness forget what it has seen.
 */
export class CosignedLogs {
  private readonly last = new Map<string, string>();

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** The note that was cosigned last for a log, by the hash of its origin; undefined before the first. */
  note(hash: string): string | undefined {
    const known = this.last.get(hash);
    if (known !== undefined || !existsSync(this.file(hash))) return known;
    const bytes = readFileSync(this.file(hash));
    // A line that a crash cut short never left the house.
    const end = bytes.lastIndexOf('\n') + 1;
    if (end < bytes.length) truncateSync(this.file(hash), end);
    const line = bytes.toString('utf8', 0, end).split('\n').at(-2);
    if (line === undefined) return undefined;
    const { note } = JSON.parse(line) as { readonly note: string };
    this.last.set(hash, note);
    return note;
  }

  /** The tree of that note; the empty one before the first. */
  head(hash: string): TreeHead {
    const note = this.note(hash);
    return note === undefined ? { size: 0, root: new Uint8Array(0) } : readCheckpoint(readNote(note).text);
  }

  /** Keeps a cosigned note for ever. Throws where it cannot be written. */
  keep(hash: string, note: string): void {
    const file = openSync(this.file(hash), 'a', 0o600);
    try {
      writeSync(file, `${JSON.stringify({ note })}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.last.set(hash, note);
  }

  private file(hash: string): string {
    return join(this.folder, `${hash}.ndjson`);
  }
}

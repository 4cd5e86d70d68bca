import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { StoredCheckpoint } from './sealed-tables';

/**
 * Writes every checkpoint of a log behind those before it, a file a day (UTC) that only grows:
 * `<folder>/<service>-<date>.ndjson`, a line `{size, sealedAt, key, note}` each. A day that is over can be put where nothing
 * is ever overwritten. Throws what the file system says.
 */
export class CheckpointFile {
  constructor(
    private readonly folder: string,
    private readonly service: string,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  append({ size, sealedAt, key, note }: StoredCheckpoint): void {
    const at = formatInstant(sealedAt as Instant);
    const file = join(this.folder, `${this.service}-${at.slice(0, 10)}.ndjson`);
    appendFileSync(file, `${JSON.stringify({ size, sealedAt: at, key, note })}\n`);
  }
}

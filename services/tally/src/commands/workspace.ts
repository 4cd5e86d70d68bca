import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that holds `nx.json`, above the compiled or the source file. */
export function workspaceRoot(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'nx.json'))) return folder;
    if (folder === dirname(folder)) throw new Error('tally must lie in its workspace');
  }
}

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The workspace folder. */
export const ROOT = resolve(__dirname, '../../..');

/** Every file that is or would be committed, as paths from the workspace folder with `/`, sorted. */
export function workspaceFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const paths = new Set(listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path))));
  return [...paths].sort();
}

/** The text of a file of the workspace. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

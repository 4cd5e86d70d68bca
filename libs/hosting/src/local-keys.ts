import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { keptSecret } from '@tallystick/postgres';
import { rolesOf } from './roles';
import { type Environment, type SettingForm, type Settings } from './settings';

/**
 * Fills in the keys that are not set from the data folder, making them there (0600) the first time. In production
 * nothing is made up: a missing key fails the boot. A key of one role is no business of a process without it.
 */
export function withLocalKeys(settings: Settings, forms: readonly SettingForm[], environment: Environment): Settings {
  const filled: Record<string, string | undefined> = { ...settings };
  const roles = rolesOf(settings);
  for (const { name, kind, role } of forms) {
    if (kind !== 'key' || filled[name] || (role && !roles.has(role))) continue;
    if (environment['NODE_ENV'] === 'production') throw new Error(`${name} is missing: set it or ${name}_FILE`);
    filled[name] = localKey(dataFolderOf(settings), name);
  }
  return filled;
}

/** The folder of what this installation makes for itself; the boot fails where one is needed and none is set. */
export function dataFolderOf(settings: Settings): string {
  const folder = settings['TALLY_DATA'];
  if (!folder) throw new Error('TALLY_DATA is missing: keys that are not set are kept there');
  return folder;
}

/** A key of an installation's own, made in its data folder (0600) the first time. */
export function localKey(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.toLowerCase().replaceAll('_', '-')}.txt`);
  return keptSecret(file, () => `${randomBytes(32).toString('base64')}\n`);
}

import { BootRefused, type Pool, quoteIdentifier } from '@tallystick/postgres';
import type { Settings } from './settings';

/** Settings that the stored positions of a service depend on, and the code under which another value is refused. */
const KEPT = [
  { setting: 'TALLY_BUS', fallback: 'postgres', code: 'bus-changed' },
  { setting: 'TALLY_STORE', fallback: 'postgres', code: 'store-changed' },
] as const;

/**
 * Remembers in a service's schema on which bus and store it began. Refuses the boot where the settings name others now:
 * every stored position would be taken for one of another counting, and each step would end in `checkpoint-lost`.
 */
export async function rememberInstallation(owner: Pool, service: string, settings: Settings): Promise<void> {
  const table = `${quoteIdentifier(service)}.installation`;
  for (const { setting, fallback, code } of KEPT) {
    const asked = settings[setting] ?? fallback;
    await owner.query(`insert into ${table} (setting, value) values ($1, $2) on conflict do nothing`, [setting, asked]);
    const { rows } = await owner.query<{ value: string }>(`select value from ${table} where setting = $1`, [setting]);
    const began = rows[0]?.value;
    if (began === asked) continue;
    throw new BootRefused(
      code,
      `the database of ${service} began with ${setting}=${began} and cannot go on with ${asked}: ` +
        `set ${setting}=${began}, or start on another database and publish again`,
    );
  }
}

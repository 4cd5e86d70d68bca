import { join } from 'node:path';
import { SERVICES } from '@tallystick/standalone';
import { audited, exportDatabase } from '../../audit/verifier';
import { type Place, type Timed, timed, withPool } from './place';

export interface VerificationRun {
  /** Of all logs. */
  readonly events: number;
  /** Every log, seal and balance written to files. */
  readonly exported: Timed;
  /** The export checked by the independent verifier: chains, trees, checkpoints, double entry, balances. */
  readonly verified: Timed;
}

/** Exports a database on which nobody works and has deploy/verifier/audit.py check it. Throws where it finds anything. */
export async function verification({ databaseUrl, dataDir, rootPid }: Place): Promise<VerificationRun> {
  const services = SERVICES.filter(({ kinds }) => kinds.length > 0).map(({ name }) => name);
  const folder = join(dataDir, 'export');
  const exported = await timed(rootPid, () => exportDatabase(folder, databaseUrl, services));
  const verified = await timed(rootPid, async () => {
    const [first] = await audited('python3', folder);
    if (first) throw new Error(`the verifier found ${JSON.stringify(first)}`);
  });
  const events = await withPool(databaseUrl, 1, async (pool) => {
    const counts = services.map((service) => `(select count(*) from ${service}.event)`);
    const { rows } = await pool.query<{ events: string }>(`select (${counts.join(' + ')})::text as events`);
    return Number(rows[0]!.events);
  });
  return { events, exported, verified };
}

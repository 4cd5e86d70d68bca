import { resolve } from 'node:path';
import { waitUntilSettled } from '@tallystick/standalone';
import type { Command } from 'commander';
import { exportBalances, exportLog, type LogExport } from '../audit/export';
import { inSession } from './session';

const SETTLE_MS = 120_000;

/** Writes what an auditor needs to check the suite without it; best while nobody writes, for balances are of one moment. */
export async function runExport(folder: string, _options: unknown, command: Command): Promise<void> {
  await inSession(command, async ({ suite, progress, tell }) => {
    const target = resolve(folder);
    await waitUntilSettled(suite.client, { timeoutMs: SETTLE_MS });
    const logs: LogExport[] = [];
    const bar = progress('exporting', suite.services.length);
    for (const service of suite.services) {
      logs.push(
        await exportLog(target, { service, log: await suite.log(service), pool: await suite.database(service) }),
      );
      bar.advance(1);
    }
    const balances = await exportBalances(target, await suite.database('ledger'));
    bar.stop();
    tell({ folder: target, logs, balances }, [
      ...logs.map(
        ({ service, events, sealed, checkpoints }) =>
          `${service}: ${events} events, ${sealed} of them sealed by ${checkpoints} checkpoints`,
      ),
      `${balances} balances`,
      `written to ${target}; check it with: python3 deploy/verifier/audit.py ${target} --log-key KEY`,
    ]);
  });
}

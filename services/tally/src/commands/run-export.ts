import { resolve } from 'node:path';
import { waitUntilSettled } from '@tallystick/standalone';
import type { Command } from 'commander';
import { exportBalances, exportLog, type LogExport } from '../audit/export';
import { exportEventsParquet } from '../audit/export-parquet';
import { inSession } from './session';

const SETTLE_MS = 120_000;

/** What an export may be written as. */
export const EXPORT_FORMATS = ['ndjson', 'parquet'] as const;

interface Options {
  readonly format: (typeof EXPORT_FORMATS)[number];
}

/** Writes what an auditor needs to check the suite without it; best while nobody writes, for balances are of one moment. */
export async function runExport(folder: string, { format }: Options, command: Command): Promise<void> {
  if (format === 'parquet') return runParquetExport(folder, command);
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

/** Writes the events of every log as columns, for those who query them; the seal, which the verifier reads, is not among them. */
async function runParquetExport(folder: string, command: Command): Promise<void> {
  await inSession(command, async ({ suite, progress, tell }) => {
    const target = resolve(folder);
    const logs: { readonly service: string; readonly events: number }[] = [];
    const bar = progress('exporting', suite.services.length);
    for (const service of suite.services) {
      const log = { service, log: await suite.log(service), pool: await suite.database(service) };
      logs.push({ service, events: await exportEventsParquet(target, log) });
      bar.advance(1);
    }
    bar.stop();
    tell({ folder: target, logs }, [
      ...logs.map(({ service, events }) => `${service}: ${events} events`),
      `written to ${target}`,
    ]);
  });
}

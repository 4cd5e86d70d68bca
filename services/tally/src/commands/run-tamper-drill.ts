import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, startEmbeddedPostgres } from '@tallystick/postgres';
import type { Command } from 'commander';
import { ALTERATIONS } from '../drill/alterations';
import { type DrillResult, runDrill } from '../drill/drill';
import { makeScratch } from '../drill/scratch';
import type { GlobalOptions } from './session';

interface Options {
  readonly perKind: number;
  readonly seed: number;
  readonly python: string;
}

/** Seals a scratch database of its own, alters copies of it as superuser and has the verifier look. Exits 1 where it misses one. */
export async function runTamperDrill({ perKind, seed, python }: Options, command: Command): Promise<void> {
  const { json = false, quiet = false } = command.optsWithGlobals<GlobalOptions>();
  const folder = mkdtempSync(join(tmpdir(), 'tally-drill-'));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), profile: 'test' });
  try {
    const say = (line: string): void => {
      if (!json && !quiet) process.stderr.write(`${line}\n`);
    };
    say('a scratch suite and its witness record and seal purchases …');
    const databaseUrl = await emptyDatabase(postgres.url);
    const scratch = await makeScratch(databaseUrl, folder, { rounds: 8, purchases: 12 });
    const onResult = ({ kind, log, seq, found, first }: DrillResult): void =>
      say(`${found ? 'found' : 'MISSED'} ${kind} (${log}, event ${seq}): ${first?.what ?? ''}`);
    const drill = { databaseUrl, folder, scratch, perKind, seed, python, onResult };
    const results = await runDrill(drill);
    const isWhole = results.every(({ found }) => found);
    if (!isWhole) process.exitCode = 1;
    process.stdout.write(json ? `${JSON.stringify({ ok: isWhole, seed, results })}\n` : `${tableOf(results)}\n`);
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A database that nobody is connected to, as one that is copied must be. */
async function emptyDatabase(serverUrl: string): Promise<string> {
  const pool = createPool(serverUrl, { max: 1, applicationName: 'drill' });
  await pool.query('create database drill').finally(() => pool.end());
  const url = new URL(serverUrl);
  url.pathname = '/drill';
  return url.toString();
}

/** Kind by kind: how many, how many found, and how they were named. */
export function tableOf(results: readonly DrillResult[]): string {
  const rows = [...Object.keys(ALTERATIONS), 'all'].map((kind) => {
    const of = results.filter((result) => kind === 'all' || result.kind === kind);
    const named = (how: DrillResult['named']): number => of.filter((result) => result.named === how).length;
    return [kind, of.length, of.filter(({ found }) => found).length, named('event'), named('stretch'), named('log')];
  });
  const head = ['alteration', 'done', 'found', 'named: event', 'named: checkpoint’s events', 'named: log only'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

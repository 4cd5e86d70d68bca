import { join } from 'node:path';
import { createPool, quoteIdentifier } from '@tallystick/postgres';
import { audited, exportDatabase, type Finding } from '../audit/verifier';
import { ALTERATIONS, type Random } from './alterations';
import { Forger } from './forger';
import type { Scratch } from './scratch';

/** One alteration and what the verifier said to it. */
export interface DrillResult {
  readonly kind: string;
  readonly log: string;
  /** Number of the first altered event. */
  readonly seq: number;
  readonly found: boolean;
  /** `event`: exactly the altered one, by stream and revision; `stretch`: it is among those of one checkpoint. */
  readonly named: 'event' | 'stretch' | 'log' | 'nothing';
  readonly first?: Finding;
}

export interface DrillOptions {
  /** As superuser: databases are copied and dropped beside it. */
  readonly databaseUrl: string;
  readonly folder: string;
  readonly scratch: Scratch;
  readonly perKind: number;
  /** Names of {@link ALTERATIONS}; default all of them. */
  readonly kinds?: readonly string[];
  readonly seed: number;
  readonly python: string;
  readonly onResult?: (result: DrillResult) => void;
}

/**
 * Alters a copy of the scratch database again and again, once each, and has the verifier audit its export. The unaltered one
 * is audited first. Throws where the verifier cannot run, or finds something wrong where nothing was altered.
 */
export async function runDrill(options: DrillOptions): Promise<readonly DrillResult[]> {
  const { scratch, perKind, kinds = Object.keys(ALTERATIONS), onResult } = options;
  const clean = await auditOf(options, options.databaseUrl);
  if (clean.length > 0) throw new Error(`the unaltered export is not clean: ${JSON.stringify(clean[0])}`);
  const random = seeded(options.seed);
  const results: DrillResult[] = [];
  for (const kind of kinds) {
    for (let i = 0; i < perKind; i++) {
      const service = scratch.altered[random(scratch.altered.length)]!;
      const result = await alterOnce(options, kind, service, random);
      results.push(result);
      onResult?.(result);
    }
  }
  return results;
}

async function alterOnce(options: DrillOptions, kind: string, log: string, random: Random): Promise<DrillResult> {
  return onCopy(options.databaseUrl, async (url) => {
    const forger = await Forger.open(url, log);
    let seq: number;
    try {
      seq = await ALTERATIONS[kind]!(forger, random, options.scratch.signers.get(log)!);
    } finally {
      await forger.close();
    }
    const [first] = await auditOf(options, url);
    return { kind, log, seq, found: first !== undefined, named: namedBy(first, log, seq), ...(first && { first }) };
  });
}

function namedBy(first: Finding | undefined, log: string, seq: number): DrillResult['named'] {
  if (first?.log !== log) return 'nothing';
  if (first.seq === seq && first.through === null && first.stream !== null) return 'event';
  return first.seq !== null && first.seq <= seq && seq <= (first.through ?? first.seq) ? 'stretch' : 'log';
}

/** A copy of a database for one alteration. */
async function onCopy<Result>(databaseUrl: string, work: (url: string) => Promise<Result>): Promise<Result> {
  const original = new URL(databaseUrl).pathname.slice(1);
  const copy = `${original}_altered`;
  const admin = new URL(databaseUrl);
  admin.pathname = '/postgres';
  const pool = createPool(admin.toString(), { max: 1, applicationName: 'drill' });
  const drop = `drop database if exists ${quoteIdentifier(copy)} with (force)`;
  try {
    await pool.query(drop);
    await pool.query(`create database ${quoteIdentifier(copy)} template ${quoteIdentifier(original)}`);
    const url = new URL(databaseUrl);
    url.pathname = `/${copy}`;
    return await work(url.toString());
  } finally {
    await pool.query(drop);
    await pool.end();
  }
}

/** The verifier's findings on an export of a database, its first one before the others. */
async function auditOf({ folder, scratch, python }: DrillOptions, databaseUrl: string): Promise<readonly Finding[]> {
  const target = join(folder, 'export');
  await exportDatabase(target, databaseUrl, scratch.services);
  return audited(python, target, [
    ...scratch.logKeys.flatMap((key) => ['--log-key', key]),
    ...(scratch.witnessKey === undefined ? [] : ['--witness-key', scratch.witnessKey]),
    ...scratch.notes.flatMap((file) => ['--notes', file]),
  ]);
}

/** mulberry32: the same row of numbers for the same seed. */
function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (count) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  };
}

import { accountId } from '@tallystick/decider';
import { operatorToken } from '@tallystick/standalone';
import { LocalIssuer } from '@tallystick/http';
import { createPool } from '@tallystick/postgres';
import { atLeast, atMost, figureOf } from '../figures';
import { type Bench, type Measurement, repeatedly, worst } from '../measure';
import { purchase } from '../purchases';
import type { HttpLoadRun } from '../tasks/http-load';
import type { Place } from '../tasks/place';

const TENANT = 'demo';
const PROGRAM = 'main';
const WARM_UP = 3_000;
const LONGEST_WAIT_MS = 120_000;

interface Round {
  readonly written: HttpLoadRun;
  /** Purchases a second whose balances became visible, from the first request to the last balance. */
  readonly visible: number;
  readonly read: HttpLoadRun;
  readonly foreign: number | undefined;
}

/** One request a purchase, as a till without a topic would send it, and reads of balances. */
export const httpEntrance: Measurement = {
  name: 'http',
  about:
    'one purchase per HTTP request at 16 connections against campaigns as a process of its own; balance reads at 8',
  async measure(bench) {
    const { runs, note } = await repeatedly(
      bench,
      'http',
      () => bench.lab.inFreshDatabase((place) => round(bench, place)),
      ({ foreign }) => foreign,
    );
    const of = (value: (round: Round) => number) => runs.map((one) => ({ value: value(one) }));
    return [
      figureOf(
        { name: 'purchase per request, 16 connections, committed', unit: '/s', bar: atLeast(3_000, 'value'), note },
        of(({ written }) => written.perSecond),
      ),
      figureOf(
        { name: 'the same, p99', unit: 'ms' },
        of(({ written }) => written.p99),
      ),
      figureOf(
        { name: 'their balances became visible', unit: '/s', referenceName: 'answered' },
        runs.map(({ visible, written }) => ({ value: visible, reference: written.perSecond })),
      ),
      figureOf(
        { name: 'balance reads, 8 connections', unit: '/s', bar: atLeast(5_000, 'value') },
        of(({ read }) => read.perSecond),
      ),
      figureOf(
        { name: 'balance reads, p99', unit: 'ms', bar: atMost(5) },
        of(({ read }) => read.p99),
      ),
    ];
  },
};

/** Campaigns and the ledger each in a process; the ledger makes the balances visible while campaigns answers. */
async function round({ lab, purchases }: Bench, place: Place): Promise<Round> {
  const requests = Math.min(purchases, 30_000);
  const issuer = await LocalIssuer.open(place.dataDir);
  const token = await operatorToken(issuer, TENANT, PROGRAM);
  const ledger = await lab.serve('ledger', place);
  try {
    const campaigns = await lab.serve('campaigns', place);
    let written: HttpLoadRun;
    let visible: number;
    try {
      const work = { kind: 'purchases', first: 0 };
      const load = { ...place, token, warmUp: WARM_UP, requests };
      written = await lab.run('http-load', { ...load, address: campaigns.address, connections: 16, work });
      const until = await allVisible(place, WARM_UP + requests);
      visible = (requests * 1000) / (until - written.from);
    } finally {
      await campaigns.stop();
    }
    const work = { kind: 'balances', paths: balancePaths(WARM_UP + requests) };
    const load = { ...place, token, warmUp: WARM_UP, requests };
    const read = await lab.run<HttpLoadRun>('http-load', { ...load, address: ledger.address, connections: 8, work });
    return { written, visible, read, foreign: worst(written.foreign, read.foreign) };
  } finally {
    await ledger.stop();
  }
}

/** When the balance rows held every purchase, as `performance.timeOrigin` + `performance.now()`. */
async function allVisible({ databaseUrl }: Place, count: number): Promise<number> {
  const pool = createPool(databaseUrl, { max: 1, applicationName: 'tally-bench' });
  const deadline = performance.now() + LONGEST_WAIT_MS;
  try {
    for (;;) {
      const { rows } = await pool.query<{ accrued: string }>(
        "select count(*)::text as accrued from ledger.journal where type = 'PointsAccrued'",
      );
      if (Number(rows[0]!.accrued) >= count) return performance.timeOrigin + performance.now();
      if (performance.now() > deadline) throw new Error(`only ${rows[0]!.accrued} of ${count} balances became visible`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await pool.end();
  }
}

/** Balances of everyone who bought, so that each is there. */
function balancePaths(purchases: number): string[] {
  const buyers = new Set(Array.from({ length: purchases }, (_, index) => purchase(index).member!.id!));
  return Array.from(buyers, (member) => `/v1/accounts/${accountId(TENANT, PROGRAM, member)}/balance`);
}

import { accountId } from '@tallystick/decider';
import { operatorToken } from '@tallystick/standalone';
import { LocalIssuer } from '@tallystick/http';
import { createPool } from '@tallystick/postgres';
import { atLeast, atMost, figureOf } from '../figures';
import { type Bench, type Measurement, repeatedly, worst } from '../measure';
import { purchase } from '../purchases';
import type { ServedService } from '../served-service';
import type { HttpLoadRun } from '../tasks/http-load';
import type { Place } from '../tasks/place';

const TENANT = 'demo';
const PROGRAM = 'main';
const WARM_UP = 3_000;
const LONGEST_WAIT_MS = 120_000;

interface Round {
  readonly written: HttpLoadRun;
  /** The same with the ledger beside, which makes the balances visible meanwhile. */
  readonly beside: HttpLoadRun;
  /** Purchases a second whose balances became visible, from the first of those requests to the last balance. */
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
    const of = (value: (round: Round) => number | undefined) =>
      runs.flatMap((one) => {
        const found = value(one);
        return found === undefined ? [] : [{ value: found }];
      });
    const micros = (name: string, value: (round: Round) => number | undefined) =>
      of(value).length === 0 ? [] : [figureOf({ name: `processor time a ${name}`, unit: 'µs' }, of(value))];
    return [
      figureOf(
        { name: 'purchase per request, 16 connections, committed', unit: '/s', bar: atLeast(3_000, 'value'), note },
        of(({ written }) => written.perSecond),
      ),
      figureOf(
        { name: 'the same, p99', unit: 'ms' },
        of(({ written }) => written.p99),
      ),
      ...micros('purchase, campaigns', ({ written }) => written.serviceMicros),
      ...micros('purchase, PostgreSQL', ({ written }) => written.otherMicros),
      ...micros('purchase, the load', ({ written }) => written.loadMicros),
      figureOf(
        { name: 'the same with the ledger beside', unit: '/s' },
        of(({ beside }) => beside.perSecond),
      ),
      figureOf(
        { name: 'their balances became visible', unit: '/s', referenceName: 'answered' },
        runs.map(({ visible, beside }) => ({ value: visible, reference: beside.perSecond })),
      ),
      figureOf(
        { name: 'balance reads, 8 connections', unit: '/s', bar: atLeast(5_000, 'value') },
        of(({ read }) => read.perSecond),
      ),
      figureOf(
        { name: 'balance reads, p99', unit: 'ms', bar: atMost(5) },
        of(({ read }) => read.p99),
      ),
      ...micros('balance read, ledger', ({ read }) => read.serviceMicros),
      ...micros('balance read, PostgreSQL', ({ read }) => read.otherMicros),
    ];
  },
};

/** Campaigns alone, then with the ledger beside it, then the ledger alone. */
async function round({ lab, purchases }: Bench, place: Place): Promise<Round> {
  const requests = Math.min(purchases, 30_000);
  const issuer = await LocalIssuer.open(place.dataDir);
  const token = await operatorToken(issuer, TENANT, PROGRAM);
  const write = (to: ServedService, first: number): Promise<HttpLoadRun> => {
    const work = { kind: 'purchases', first };
    return lab.run('http-load', {
      ...place,
      ...addressOf(to),
      token,
      warmUp: WARM_UP,
      requests,
      connections: 16,
      work,
    });
  };
  const once = WARM_UP + requests;
  const campaigns = await lab.serve('campaigns', place);
  let written: HttpLoadRun;
  let beside: HttpLoadRun;
  let visible: number;
  let ledger: ServedService | undefined;
  try {
    try {
      written = await write(campaigns, 0);
      ledger = await lab.serve('ledger', place);
      await allVisible(place, once);
      beside = await write(campaigns, once);
      visible = (requests * 1000) / ((await allVisible(place, 2 * once)) - beside.from);
    } finally {
      await campaigns.stop();
    }
    const work = { kind: 'balances', paths: balancePaths(2 * once) };
    const load = { ...place, ...addressOf(ledger), token, warmUp: WARM_UP, requests, connections: 8, work };
    const read = await lab.run<HttpLoadRun>('http-load', load);
    const foreign = worst(written.foreign, beside.foreign, read.foreign);
    return { written, beside, visible, read, foreign };
  } finally {
    await ledger?.stop();
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

function addressOf({ address, servicePid }: ServedService): Pick<ServedService, 'address' | 'servicePid'> {
  return { address, servicePid };
}

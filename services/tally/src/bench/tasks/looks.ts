import type { Pool } from '@tallystick/postgres';
import type { Suite } from '@tallystick/standalone';
import { countUpTo } from '../statistics';

type Status = Awaited<ReturnType<Suite['booted']['services'][number]['status']>>;

/** Where every hop was at one moment. */
export interface Look {
  /** `performance.now()` when the last answer was there. */
  readonly at: number;
  readonly services: readonly Status[];
}

/** Asks every service of the suite how far it is. */
export async function look(suite: Suite): Promise<Look> {
  const services = await Promise.all(suite.booted.services.map((service) => service.status()));
  return { at: performance.now(), services };
}

/** True where two looks in a row saw every hop at its head and no log grown in between. */
export function isSettled(before: Look | undefined, now: Look): boolean {
  const heads = ({ services }: Look): string => services.map(({ head }) => head).join();
  return before !== undefined && isAtHead(before) && isAtHead(now) && heads(before) === heads(now);
}

function isAtHead({ services }: Look): boolean {
  return services.every(({ hops }) => hops.every(({ behind }) => behind === 0));
}

/** The balance rows' position in the ledger's log. */
export function bookPosition({ services }: Look): number {
  const hops = services.find(({ service }) => service === 'ledger')?.hops ?? [];
  return Number(hops.find(({ consumer }) => consumer.startsWith('projection:account-book'))?.position ?? 0);
}

/** Positions at which each purchase was recorded and accrued, ascending, for turning positions into purchases. */
export interface PurchasePositions {
  readonly recorded: Float64Array;
  readonly accrued: Float64Array;
}

export async function purchasePositions(pool: Pool): Promise<PurchasePositions> {
  const recorded = await positions(pool, 'campaigns', 'PurchaseRecorded');
  return { recorded, accrued: await positions(pool, 'ledger', 'PointsAccrued') };
}

async function positions(pool: Pool, schema: string, type: string): Promise<Float64Array> {
  const text = `select position from ${schema}.event where type = $1 order by position`;
  const { rows } = await pool.query<{ position: string }>(text, [type]);
  return Float64Array.from(rows, ({ position }) => Number(position));
}

/** How many purchases every hop that rests on the logs of campaigns and ledger had passed at a look. */
export function purchasesSettled({ services }: Look, { recorded, accrued }: PurchasePositions): number {
  let least = accrued.length;
  for (const { hops } of services) {
    for (const { topic, position } of hops) {
      const counts = topic.startsWith('campaigns.')
        ? recorded
        : /^(ledger\.|log:ledger$)/.test(topic)
          ? accrued
          : undefined;
      if (counts) least = Math.min(least, countUpTo(counts, Number(position ?? 0)));
    }
  }
  return least;
}

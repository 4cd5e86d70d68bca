import { bodyOf } from '@tallystick/decider';
import type { World } from '../simulate';

/** What a seed had to do with, so that nobody takes many seeds for much work. */
export interface Coverage {
  readonly isLong: boolean;
  /** Things that came from outside. */
  readonly work: number;
  /** Holds, captures, releases, cancellations, transfers, corrections and imports that the ledger carried out. */
  readonly decisions: number;
  /** What was asked or published once more although it had been. */
  readonly repeats: number;
  /** Facts that came behind a later one of the same account. */
  readonly reorders: number;
}

const FACTS: ReadonlySet<string> = new Set(['PointsAccrued', 'PointsReversed']);
const DECISIONS: ReadonlySet<string> = new Set([
  'HoldPlaced',
  'HoldCaptured',
  'HoldReleased',
  'HoldLapsed',
  'LotsExpired',
  'RedemptionCancelled',
  'PointsSent',
  'PointsReceived',
  'PointsCredited',
  'PointsDebited',
  'PointsImported',
]);

/** Counts what a run did. */
export function coverageOf({ disk, callers, plan, work }: World): Coverage {
  const { events } = disk.services.ledger.log;
  const decisions = events.filter(({ type }) => DECISIONS.has(type)).length;
  const repeats = callers.repeats + publishedAgain(disk);
  return { isLong: plan.isLong, work: work.length, decisions, repeats, reorders: reordersIn(disk) };
}

function publishedAgain({ bus }: World['disk']): number {
  let again = 0;
  for (const topic of bus.topicNames) {
    const records = bus.records(topic);
    const names = records.map(({ origin, key, correlationId }) => `${origin?.eventId ?? correlationId} ${key}`);
    again += records.length - new Set(names).size;
  }
  return again;
}

function reordersIn({ services }: World['disk']): number {
  const latest = new Map<string, string>();
  let reorders = 0;
  for (const event of services.ledger.log.events) {
    if (!FACTS.has(event.type)) continue;
    const { effectiveAt } = bodyOf<{ readonly effectiveAt: string }>(event);
    if (effectiveAt < (latest.get(event.stream) ?? '')) reorders += 1;
    else latest.set(event.stream, effectiveAt);
  }
  return reorders;
}

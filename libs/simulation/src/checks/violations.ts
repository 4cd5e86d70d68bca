import { createHash } from 'node:crypto';
import type { SimulatedRun, Violation, World } from '../simulate';
import { SERVICES } from '../suite/disk';
import { flowChecks } from './flow.checks';
import { Readings } from './folds';
import { logChecks } from './log.checks';
import { modelChecks } from './model.checks';
import { spendingChecks } from './spending.checks';

const LAST_EVENTS = 12;

/** The groups of checks, each over a world that has come to its end. */
const GROUPS: Readonly<Record<string, (world: World, readings: Readings) => readonly Violation[]>> = {
  logChecks,
  flowChecks,
  modelChecks,
  spendingChecks,
};

/** Runs every check. A check that cannot read what it finds is a violation, too. */
export function violationsOf(world: World): Pick<SimulatedRun, 'violations' | 'digest' | 'events' | 'last'> {
  const violations: Violation[] = [];
  if (!world.isDrained) violations.push({ check: 'drained', what: 'work was left when all steps were used up' });
  const readings = new Readings(world.disk);
  for (const [name, check] of Object.entries(GROUPS)) {
    try {
      violations.push(...check(world, readings));
    } catch (error) {
      violations.push({ check: 'readable', what: `${name} cannot read what it finds: ${String(error)}` });
    }
  }
  const digest = createHash('sha256');
  let events = 0;
  for (const service of SERVICES) {
    const { log } = world.disk.services[service];
    for (const { hash } of log.events) digest.update(hash);
    events += log.events.length;
  }
  return { violations, digest: digest.digest('hex'), events, last: lastEvents(world, violations) };
}

function lastEvents(world: World, violations: readonly Violation[]): Record<string, readonly string[]> {
  const last: Record<string, readonly string[]> = {};
  for (const stream of new Set(violations.flatMap((violation) => violation.stream ?? []))) {
    for (const service of SERVICES) {
      const { events } = world.disk.services[service].log.readStream(stream);
      const shown = events.slice(-LAST_EVENTS);
      if (shown.length === 0) continue;
      last[stream] = shown.map(({ revision, type, data }) => `${revision} ${type} ${Buffer.from(data).toString()}`);
    }
  }
  return last;
}

import { isDeepStrictEqual } from 'node:util';
import { bodyOf, eventHash, NO_HASH, position, type RecordedEvent, type Snapshot } from '@tallystick/decider';
import type { AccountEvent } from '@tallystick/ledger-domain';
import type { Violation, World } from '../simulate';
import { SERVICES } from '../suite/disk';
import { deciderOf, type Readings } from './folds';

type Say = (check: string, what: string, stream?: string) => void;

/** What must hold of every log by itself, whatever happened (trust.md I1, I3, I4, I7, I10). */
export function logChecks(world: World, readings: Readings): Violation[] {
  const violations: Violation[] = [];
  const say: Say = (check, what, stream) => violations.push({ check, what, ...(stream ? { stream } : {}) });
  for (const service of SERVICES) {
    const { log, snapshots } = world.disk.services[service];
    log.events.forEach((event, index) => {
      if (event.position !== position(index + 1))
        say('gapless', `event ${index} of ${service} is at ${event.position}`);
    });
    for (const stream of log.streamNames) {
      const { events } = log.readStream(stream);
      chained(stream, events, say);
      commandsOnce(stream, events, readings, say);
      if (stream.startsWith('account-')) accountEvents(stream, events, say);
    }
    statesStand([...log.streamNames], [...snapshots.all], readings, say);
  }
  return violations;
}

/** At each revision a state keeps its invariants, and a snapshot says what the events up to it say. */
function statesStand(streams: readonly string[], snapshots: readonly Snapshot[], readings: Readings, say: Say): void {
  const open = new Map(snapshots.filter(isReadable).map((snapshot) => [snapshot.stream, snapshot]));
  for (const stream of streams) {
    const decider = deciderOf(stream);
    const snapshot = open.get(stream);
    readings.fold(stream, (state, { revision }) => {
      for (const what of decider.invariants(state)) say('invariants', `revision ${revision}: ${what}`, stream);
      if (revision !== snapshot?.revision) return;
      open.delete(stream);
      const decoded = decider.snapshot!.decode(JSON.parse(Buffer.from(snapshot.state).toString()));
      if (!isDeepStrictEqual(decoded, state)) {
        say('snapshot-is-fold', `the snapshot at ${revision} is not what its events say`, stream);
      }
    });
  }
  for (const { stream, revision } of open.values()) {
    say('snapshot-is-fold', `the snapshot at ${revision} is of events that are not there`, stream);
  }
}

/** One that today's code would read. */
function isReadable({ stream, version }: Snapshot): boolean {
  return deciderOf(stream).snapshot?.version === version;
}

function chained(stream: string, events: readonly RecordedEvent[], say: Say): void {
  let prevHash: Uint8Array = NO_HASH;
  events.forEach((event, index) => {
    if (event.revision !== index) say('gapless', `revision ${event.revision} stands at ${index}`, stream);
    const isChained = Buffer.compare(event.prevHash, prevHash) === 0;
    if (!isChained || Buffer.compare(eventHash(event), event.hash) !== 0) {
      say('hash-chain', `the chain breaks at revision ${index}`, stream);
    }
    prevHash = event.hash;
  });
  if (new Set(events.map(({ id }) => id)).size < events.length) say('event-once', 'an event id is there twice', stream);
}

/** One command leaves its events in one append: side by side, and never again. */
function commandsOnce(stream: string, events: readonly RecordedEvent[], readings: Readings, say: Say): void {
  const seen = new Set<string>();
  let before: string | undefined;
  for (const event of events) {
    const id = readings.commandOf(event);
    if (id === undefined || id === before) continue;
    if (seen.has(id)) say('command-once', `command ${id} is carried out twice`, stream);
    seen.add(id);
    before = id;
  }
}

function accountEvents(stream: string, events: readonly RecordedEvent[], say: Say): void {
  const accrued = new Set<string>();
  for (const event of events) {
    const data = bodyOf<AccountEvent['data']>(event);
    if (event.type === 'PointsAccrued' && 'grants' in data) {
      const purchase = `${data.purchase.source}:${data.purchase.id}`;
      if (accrued.has(purchase)) say('accrued-once', `${purchase} accrues twice`, stream);
      accrued.add(purchase);
    }
    if (!('postings' in data)) continue;
    const sums = new Map<string, bigint>();
    for (const [, asset, issuer, amount] of data.postings) {
      sums.set(`${asset} ${issuer}`, (sums.get(`${asset} ${issuer}`) ?? 0n) + BigInt(amount));
    }
    for (const [leg, sum] of sums) {
      if (sum !== 0n) say('postings-balance', `revision ${event.revision} posts ${sum} of ${leg} to nowhere`, stream);
    }
  }
}

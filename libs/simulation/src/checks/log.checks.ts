import { isDeepStrictEqual } from 'node:util';
import { bodyOf, eventHash, metadataOf, NO_HASH, position, type RecordedEvent } from '@tallystick/decider';
import type { AccountEvent } from '@tallystick/ledger-domain';
import type { Violation, World } from '../simulate';
import { SERVICES, type ServiceDisk } from '../suite/disk';
import { deciderOf, fold } from './folds';

type Say = (check: string, what: string, stream?: string) => void;

/** What must hold of every log by itself, whatever happened (trust.md I1, I3, I4, I7, I10). */
export function logChecks(world: World): Violation[] {
  const violations: Violation[] = [];
  const say: Say = (check, what, stream) => violations.push({ check, what, ...(stream ? { stream } : {}) });
  for (const service of SERVICES) {
    const disk = world.disk.services[service];
    disk.log.events.forEach((event, index) => {
      if (event.position !== position(index + 1))
        say('gapless', `event ${index} of ${service} is at ${event.position}`);
    });
    for (const stream of disk.log.streamNames) streamChecks(stream, disk, say);
    snapshotChecks(disk, say);
  }
  return violations;
}

function streamChecks(stream: string, { log }: ServiceDisk, say: Say): void {
  const { events } = log.readStream(stream);
  chained(stream, events, say);
  commandsOnce(stream, events, say);
  if (stream.startsWith('account-')) accountEvents(stream, events, say);
  const decider = deciderOf(stream);
  fold(stream, events, (state, { revision }) => {
    for (const what of decider.invariants(state)) say('invariants', `revision ${revision}: ${what}`, stream);
  });
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
function commandsOnce(stream: string, events: readonly RecordedEvent[], say: Say): void {
  const seen = new Set<string>();
  let before: string | undefined;
  for (const event of events) {
    const id = metadataOf(event)?.commandId;
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

/** A snapshot says what the events up to it say. */
function snapshotChecks({ log, snapshots }: ServiceDisk, say: Say): void {
  for (const { stream, revision, state, version } of snapshots.all) {
    const codec = deciderOf(stream).snapshot;
    if (codec?.version !== version) continue;
    const { events } = log.readStream(stream, { max: revision + 1 });
    const decoded = codec.decode(JSON.parse(Buffer.from(state).toString()));
    if (!isDeepStrictEqual(decoded, fold(stream, events))) {
      say('snapshot-is-fold', `the snapshot at ${revision} is not what its events say`, stream);
    }
  }
}

import { isDeepStrictEqual } from 'node:util';
import { bodyOf, type RecordedEvent, streamName } from '@tallystick/decider';
import type { PurchaseState } from '@tallystick/campaigns-domain';
import { campaignsPublications } from '@tallystick/campaigns/publications';
import { ledgerPublications } from '@tallystick/ledger/publications';
import { membershipPublications } from '@tallystick/membership/publications';
import type { Publications } from '@tallystick/messaging';
import type { Violation, World } from '../simulate';
import { SERVICES, type ServiceName } from '../suite/disk';
import { TENANT } from '../suite/program';
import type { Readings } from './folds';

/** What may become of a record that is refused, and why; anything else is wrong. */
const REFUSALS: ReadonlySet<string> = new Set([
  'purchase-conflict',
  'return-conflict',
  'over-refund',
  'return-line-unknown',
  'invalid-json',
]);

/** What must hold between those outside, the logs and the topics (trust.md I12, I18, I19). */
export function flowChecks(world: World, readings: Readings): Violation[] {
  return [lettersOf, ackedOf, explainedOf, parkedOf, publishedOf, warmOf].flatMap((check) => check(world, readings));
}

/** No return waits for a purchase that has come. */
function parkedOf({ disk }: World, readings: Readings): Violation[] {
  return [...disk.services.campaigns.log.streamNames].flatMap((stream) => {
    if (!stream.startsWith('purchase-')) return [];
    const { recorded, parked } = readings.stateOf(stream) as PurchaseState;
    if (!recorded || parked.size === 0) return [];
    return [{ check: 'nothing-parked', what: `${[...parked.keys()].join()} still waits for its purchase`, stream }];
  });
}

/** Records are given up for what they say, never because somebody stumbled. */
function lettersOf({ disk, suite }: World): Violation[] {
  const letters = SERVICES.flatMap((service) => disk.services[service].progress.letters);
  const wrong = letters.filter(({ code }) => !REFUSALS.has(code));
  return [
    ...wrong.map(({ topic, code }) => ({
      check: 'refused-for-cause',
      what: `a record of ${topic} is given up: ${code}`,
    })),
    ...suite.deaths.map((what) => ({ check: 'loops-live', what })),
  ];
}

/** What was acknowledged is there: commands in the log, records on their topics. */
function ackedOf({ disk, callers }: World, readings: Readings): Violation[] {
  const violations: Violation[] = [];
  const { published, posted, carriedOut } = callers.promised;
  for (const { item, result } of carriedOut) {
    const { events } = disk.services.ledger.log.readStream(item.stream);
    const done = events.some((event) => readings.commandOf(event) === item.metadata.commandId);
    if (result.kind === 'appended' && !done) {
      const what = `command ${item.metadata.commandId} was acknowledged and is not in the log`;
      violations.push({ check: 'acked-is-kept', what, stream: item.stream });
    }
  }
  for (const { work, taken } of posted) {
    if (taken.kind !== 'taken') continue;
    if (disk.services.campaigns.log.readStream(taken.stream).exists) continue;
    const what = `${work.message.id} was acknowledged and is not in the log`;
    violations.push({ check: 'acked-is-kept', what, stream: taken.stream });
  }
  for (const { work, places } of published) {
    const [place] = places;
    const [record] = disk.bus.after(work.topic, place!.partition, before(place!.position));
    if (record?.position !== place!.position) {
      violations.push({ check: 'acked-is-kept', what: `a record of ${work.topic} was acknowledged and is gone` });
    }
  }
  return violations;
}

/** Every record from outside is in a stream as it was sent, or a dead letter says why not. */
function explainedOf({ disk }: World): Violation[] {
  const letters = new Set(
    disk.services.campaigns.progress.letters.map((letter) => `${letter.topic}/${letter.partition}/${letter.position}`),
  );
  const violations: Violation[] = [];
  for (const topic of ['purchases.v1', 'returns.v1']) {
    for (const record of disk.bus.records(topic)) {
      if (letters.has(`${topic}/${record.partition}/${record.position}`)) continue;
      const message = record.message as { source: string; id: string; purchase?: { source: string; id: string } };
      if (message && contents(disk, message).some((content) => says(content, message))) continue;
      const what = `${topic} ${record.partition}/${record.position} is neither taken nor a dead letter`;
      violations.push({ check: 'records-explained', what });
    }
  }
  return violations;
}

/** What the streams that a message belongs to hold of it. */
function contents(
  disk: World['disk'],
  { source, id, purchase }: { source: string; id: string; purchase?: { source: string; id: string } },
): object[] {
  const { log } = disk.services.campaigns;
  const of = purchase ?? { source, id };
  const streams = [streamName('purchase', TENANT, of.source, of.id), streamName('return', TENANT, source, id)];
  return streams.flatMap((stream) => log.readStream(stream).events.map((event) => bodyOf<object>(event)));
}

/** Whether an event keeps the content of a message. */
function says(data: object, message: { id: string; occurredAt?: string; lines?: unknown }): boolean {
  const { purchase, content, return: returned } = data as Record<string, { occurredAt?: string; lines?: unknown }>;
  const fits = (one?: { occurredAt?: string; lines?: unknown }) =>
    one?.lines !== undefined && one.occurredAt === message.occurredAt && isDeepStrictEqual(one.lines, message.lines);
  return fits(purchase) || fits(content) || fits(returned);
}

const SAYS: Readonly<Record<ServiceName, Publications>> = {
  campaigns: { ...campaignsPublications },
  ledger: { ...ledgerPublications },
  membership: { ...membershipPublications },
};

/** What events announce, by topic, and under which keys. */
function announcedBy(publications: Publications, events: readonly RecordedEvent[]) {
  const byTopic = new Map<string, { readonly event: RecordedEvent; readonly key: string }[]>();
  for (const event of events) {
    for (const { topic, key } of publications.announce(event)) {
      const announced = byTopic.get(topic) ?? [];
      byTopic.set(topic, announced);
      announced.push({ event, key });
    }
  }
  return byTopic;
}

/** Everything that a log announces is on its topic, first appearances in the order of their stream. */
function publishedOf({ disk }: World): Violation[] {
  const violations: Violation[] = [];
  for (const service of SERVICES) {
    for (const [topic, wanted] of announcedBy(SAYS[service], disk.services[service].log.events)) {
      const found = new Map<string, number>();
      for (const { origin, key } of disk.bus.records(topic)) {
        const name = `${origin?.eventId} ${key}`;
        if (!found.has(name)) found.set(name, found.size);
      }
      const lasts = new Map<string, number>();
      for (const { event, key } of wanted) {
        const at = found.get(`${event.id} ${key}`);
        const { stream, revision } = event;
        if (at === undefined) {
          violations.push({ check: 'published', what: `${topic} lacks revision ${revision}`, stream });
          continue;
        }
        if (at < (lasts.get(`${stream} ${key}`) ?? -1)) {
          violations.push({ check: 'published-in-order', what: `${topic} has revision ${revision} too early`, stream });
        }
        lasts.set(`${stream} ${key}`, at);
      }
    }
  }
  return violations;
}

/** What the running processes remember of accounts is what the streams say. */
function warmOf({ disk, suite }: World, readings: Readings): Violation[] {
  const { accounts } = suite.running.get('ledger')!;
  const violations: Violation[] = [];
  for (const stream of disk.services.ledger.log.streamNames) {
    if (!stream.startsWith('account-')) continue;
    const warm = accounts!['executor']['warm'].get(stream);
    const { events } = disk.services.ledger.log.readStream(stream);
    if (!warm || warm.revision !== events.length - 1) continue;
    if (!isDeepStrictEqual(warm.state, readings.stateOf(stream))) {
      violations.push({ check: 'warm-is-fold', what: 'the remembered state is not what the stream says', stream });
    }
  }
  return violations;
}

function before(at: string): string {
  return String(BigInt(at) - 1n).padStart(at.length, '0');
}

import {
  type EventStore,
  metadataOf,
  position,
  type Position,
  type RecordedEvent,
  START,
  tenantOf,
} from '@tallystick/decider';
import type { Publications } from '@tallystick/messaging';
import type { WrittenRecord } from '../memory/memory-bus';
import type { Random } from '../world/random';
import type { SimulatedProcess } from '../world/scheduler';
import type { Disk, ServiceName } from './disk';

const PAGE = 8;
const PAUSE_MS = 20;

/**
 * Publishes what a service's log announces on the bus, at least once and in log order per key: the position is noted
 * behind what was published. Now and then it begins again further back, as after a restored position, so that consumers
 * meet old pictures behind new ones.
 */
export async function relay(
  service: ServiceName,
  disk: Disk,
  store: EventStore,
  process: SimulatedProcess,
  random: Random,
): Promise<void> {
  const { parts, services, bus } = disk;
  const own = services[service];
  const publications = parts.publications[service];
  const save = (at: Position): Promise<void> =>
    process.call('save', () => {
      own.relayed = at;
    });
  for (;;) {
    try {
      let at = await process.call('read', () => own.relayed ?? START);
      for (;;) {
        const changed = store.changed(0);
        const { events, next } = await store.readAll({ after: at, max: PAGE });
        if (events.length === 0) await changed;
        if (parts.savesBeforePublishing) await save(next);
        for (const [topic, records] of recordsOf(publications, events)) {
          await process.call('publish', () => bus.append(topic, records));
        }
        if (!parts.savesBeforePublishing && next > at) await save(next);
        at = events.length > 0 && random.oneIn(40) ? back(next, random) : next;
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function back(from: Position, random: Random): Position {
  const at = Number(from);
  return position(Math.max(0, at - random.between(1, PAGE)));
}

/** What events announce, by topic; a publication that throws is given up with its process. */
function recordsOf(publications: Publications, events: readonly RecordedEvent[]): ReadonlyMap<string, WrittenRecord[]> {
  const byTopic = new Map<string, WrittenRecord[]>();
  for (const event of events) {
    const { stream, revision, id: eventId } = event;
    const correlationId = metadataOf(event)?.correlationId ?? eventId;
    for (const { topic, key, message } of publications.announce(event)) {
      const records = byTopic.get(topic) ?? [];
      byTopic.set(topic, records);
      const origin = { stream, revision, eventId };
      records.push({ key, message, tenant: tenantOf(stream), correlationId, causationId: eventId, origin });
    }
  }
  return byTopic;
}

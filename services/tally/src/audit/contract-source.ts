import { type EventStore, eventsAfter, type Position, START } from '@tallystick/decider';
import { type BusRecord, contractsOf, type Publications } from '@tallystick/messaging';
import type { ContractSource } from '@tallystick/read-models';

/**
 * Reads topics again from the logs of those who say them, as the Postgres bus does: the offset is the log position.
 * `publications` by topic; a topic that nobody says throws.
 */
export function contractSource(
  publicationsOf: (topic: string) => Publications,
  logOf: (service: string) => Promise<EventStore>,
): ContractSource {
  return async function* (topic, after, upTo) {
    const publications = publicationsOf(topic);
    const log = await logOf(publications.service);
    const last = latest(upTo.values());
    if ((await log.logHead()) < last)
      throw new Error(`the log of ${publications.service} ends before ${last}: it is another`);
    const first = earliest(upTo.keys(), after);
    if (first >= last) return;
    for await (const events of eventsAfter(log, first)) {
      const records = events
        .flatMap((event) => contractsOf(publications, event))
        .map(({ record }) => record)
        .filter((record) => record.topic === topic && isWithin(record, after, upTo));
      if (records.length > 0) yield records;
      if (events.at(-1)!.position >= last) return;
    }
  };
}

function isWithin(
  { partition, position }: BusRecord,
  after: ReadonlyMap<number, Position>,
  upTo: ReadonlyMap<number, Position>,
): boolean {
  const end = upTo.get(partition);
  return end !== undefined && position <= end && position > (after.get(partition) ?? START);
}

function latest(positions: Iterable<Position>): Position {
  let last = START;
  for (const one of positions) if (one > last) last = one;
  return last;
}

function earliest(partitions: Iterable<number>, after: ReadonlyMap<number, Position>): Position {
  let first: Position | undefined;
  for (const partition of partitions) {
    const from = after.get(partition) ?? START;
    if (first === undefined || from < first) first = from;
  }
  return first ?? START;
}

import { metadataOf, type Position, type RecordedEvent, tenantOf } from '@tallystick/decider';
import type { BusRecord, Publications } from '../bus';
import { partitionOf } from '../partition';
import { type Arrival, Defect, type Payload } from './source';

/** A contract as a service's log says it. Made once per event and shared by every consumer in the process. */
class SaidContract implements Arrival {
  readonly partition: number;
  readonly position: Position;
  readonly key: string;
  readonly record: BusRecord;

  constructor(event: RecordedEvent, topic: string, key: string, message: object, ids: Ids) {
    this.partition = partitionOf(key);
    this.position = event.position;
    this.key = key;
    this.record = Object.freeze({
      topic,
      key,
      partition: this.partition,
      position: event.position,
      message,
      tenant: ids.tenant,
      correlationId: ids.correlationId,
      causationId: event.id,
      origin: ids.origin,
      receivedAt: event.recordedAt,
    });
  }

  payload(): Payload {
    return { value: Buffer.from(JSON.stringify(this.record.message)), headers: {} };
  }
}

interface Ids {
  readonly tenant: string;
  readonly correlationId: string;
  readonly origin: { readonly stream: string; readonly revision: number; readonly eventId: string };
}

/** What an event's service says by it, kept on the event: a table of weak keys would cost the collector dearly. */
const SAID = Symbol('said contracts');
interface Speaking {
  [SAID]?: { readonly publications: Publications; readonly said: readonly SaidContract[] };
}
const NOTHING: readonly SaidContract[] = [];

/** What an event announces, as records. A publication that throws is a {@link Defect}: its log holds what it wrote. */
export function contractsOf(publications: Publications, event: RecordedEvent & Speaking): readonly SaidContract[] {
  const known = event[SAID];
  if (known?.publications === publications) return known.said;
  const said = say(publications, event);
  event[SAID] = { publications, said };
  return said;
}

function say(publications: Publications, event: RecordedEvent): readonly SaidContract[] {
  try {
    const announcements = publications.announce(event);
    if (announcements.length === 0) return NOTHING;
    const { stream, revision, id: eventId } = event;
    const correlationId = metadataOf(event)?.correlationId ?? eventId;
    const ids = { tenant: tenantOf(stream), correlationId, origin: { stream, revision, eventId } };
    return announcements.map(({ topic, key, message }) => new SaidContract(event, topic, key, message, ids));
  } catch (error) {
    const place = `${event.stream}/${event.revision} ${event.type} v${event.version}`;
    throw new Defect(`the publications of ${publications.service} cannot read ${place}`, { cause: error });
  }
}

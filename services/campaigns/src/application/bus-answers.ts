import { type BusRecord, DONE, DUPLICATE, type Outcome } from '@tallystick/messaging';
import type { Arrival, Taken } from './arrival';

/** What became of a message, in the words of the bus: the dead letter has the code that HTTP would answer. */
export function outcomeOf(taken: Taken): Outcome {
  switch (taken.kind) {
    case 'taken':
      return DONE;
    case 'again':
      return DUPLICATE;
    case 'waiting':
      return { kind: 'retry', code: taken.code, giveUpAfterMs: taken.giveUpAfterMs };
    case 'refused': {
      const { code, pointer, facts = {} } = taken;
      const detail = Object.entries(facts)
        .map(([name, value]) => `${name}: ${value}`)
        .join(', ');
      return { kind: 'refused', code, ...(pointer === undefined ? {} : { pointer }), ...(detail ? { detail } : {}) };
    }
  }
}

/** A record as the intake takes it. */
export function arrivalOf<Message>(record: BusRecord<Message>, program: string): Arrival<Message> {
  const { tenant, message, unit, receivedAt, correlationId, causationId } = record;
  return {
    tenant,
    program,
    message,
    ...(unit === undefined ? {} : { unit }),
    receivedAt,
    actor: 'svc:campaigns',
    correlationId,
    delivery: `${record.topic}/${record.partition}/${record.position}`,
    ...(causationId === correlationId ? {} : { causationId }),
  };
}

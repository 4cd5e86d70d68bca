import { type EventStore, metadataOf } from '@tallystick/decider';

/**
 * How many events of a stream a command made, for a request that comes again: its answer is that of the first time, and
 * it has no second effect, whatever was declared since (design §6 "Idempotency").
 */
export async function eventsOfCommand(store: EventStore, stream: string, commandId: string): Promise<number> {
  const events = (await store.readStreams(new Map([[stream, 0]]))).get(stream) ?? [];
  return events.filter((event) => metadataOf(event)?.commandId === commandId).length;
}

import { type RecordedEvent, metadataOf } from './event';
import type { EventStore } from './event-store';

/**
 * The events that a command has appended to a stream, in order; none where it never got that far. For the repetition of
 * a request whose answer was lost: what a repeated command changes says nothing about what it changed the first time.
 */
export async function eventsOfCommand(store: EventStore, stream: string, commandId: string): Promise<RecordedEvent[]> {
  const events = (await store.readStreams(new Map([[stream, 0]]))).get(stream) ?? [];
  return events.filter((event) => metadataOf(event)?.commandId === commandId);
}

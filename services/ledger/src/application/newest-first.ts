import { type EventStore, metadataOf, type RecordedEvent } from '@tallystick/decider';

/** Events read at once in search of one. */
const PAGE = 50;

/**
 * The events of each command on a stream, which lie together, in their order; the newest command first. What is sought was
 * mostly done a moment ago: a page is read only where the newer ones do not tell it.
 */
export async function* newestFirst(
  store: Pick<EventStore, 'readStream'>,
  stream: string,
): AsyncGenerator<readonly RecordedEvent[]> {
  let together: RecordedEvent[] = [];
  for (let from: number | undefined; from === undefined || from >= 0;) {
    const { events } = await store.readStream(stream, { from, direction: 'backward', max: PAGE });
    for (const event of events) {
      const [next] = together;
      if (next && commandOf(next) !== commandOf(event)) {
        yield together;
        together = [];
      }
      together.unshift(event);
    }
    from = events.length < PAGE ? -1 : events.at(-1)!.revision - 1;
  }
  if (together.length > 0) yield together;
}

/** The command that an event carried out. */
export function commandOf(recorded: RecordedEvent): string | undefined {
  return metadataOf(recorded)?.commandId;
}

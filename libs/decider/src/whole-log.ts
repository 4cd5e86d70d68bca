import { type Position, type RecordedEvent, START } from './event';
import type { EventStore } from './event-store';

const PAGE = 1_000;

/**
 * Every event of a log after a position up to its head, in pieces in order, by the fastest way that the store has. An
 * event that is appended meanwhile may or may not come.
 */
export async function* eventsAfter(
  log: Pick<EventStore, 'scan' | 'readAll'>,
  after: Position = START,
): AsyncGenerator<readonly RecordedEvent[]> {
  if (log.scan) {
    yield* log.scan(after);
    return;
  }
  for (let at = after; ;) {
    const page = await log.readAll({ after: at, max: PAGE });
    if (page.events.length > 0) yield page.events;
    if (page.atHead) return;
    at = page.next;
  }
}

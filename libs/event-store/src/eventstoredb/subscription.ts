import { type AllStreamSubscription, streamNameFilter } from '@eventstore/db-client';
import { position, START, type SubscribeOptions, type SubscriptionItem } from '@tallystick/decider';
import { interruptible } from '../interruptible';
import type { EsdbConnection } from './connection';
import { readFault } from './faults';
import { recordedEvent } from './frame';
import { readFrom } from './reads';
import { Arrivals } from './arrivals';
import type { LogScope } from './scope';

const LONGEST_BACKOFF_MS = 5_000;
/** The server reports its place after 32 × 10 events that do not match. */
const CHECKPOINT_INTERVAL = 10;

/**
 * The service's part of $all after a position, then live. Whatever ends the server's stream, a fault or a clean end, is
 * a drop: it is subscribed again after the last delivered position, with backoff and jitter (trap 7).
 */
export async function* subscription(
  connection: EsdbConnection,
  scope: LogScope,
  options: SubscribeOptions,
  closing: AbortSignal,
): AsyncGenerator<SubscriptionItem> {
  const stop = options.signal ? AbortSignal.any([options.signal, closing]) : closing;
  let at = options.after ?? START;
  let backoff = 50;
  while (!stop.aborted) {
    try {
      for await (const item of attempt(connection, scope, { ...options, after: at }, stop)) {
        if (stop.aborted) return;
        yield item;
        backoff = 50;
        if (item.kind !== 'caught-up') at = item.kind === 'event' ? item.event.position : item.position;
      }
    } catch (error) {
      const fault = readFault(error);
      if (fault.code !== 'unavailable') throw fault;
    }
    await interruptible(backoff * (0.5 + Math.random() / 2), stop);
    backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
  }
}

/** One connection's worth; ends where the server's stream ends, throws where it fails. */
async function* attempt(
  connection: EsdbConnection,
  scope: LogScope,
  { after = START, filter }: SubscribeOptions,
  stop: AbortSignal,
): AsyncGenerator<SubscriptionItem> {
  const { client, credentials } = connection;
  const server: AllStreamSubscription = client.subscribeToAll({
    fromPosition: readFrom(after),
    credentials,
    filter: streamNameFilter({
      prefixes: scope.serverPrefixes(filter),
      checkpointInterval: CHECKPOINT_INTERVAL,
      checkpointReached: (_, { commit }) => arrivals.note({ kind: 'checkpoint', position: position(commit) }),
    }),
  });
  const arrivals = new Arrivals(server);
  const wake = (): void => arrivals.wake();
  stop.addEventListener('abort', wake);
  try {
    await connection.answered(arrivals.first(stop), client, 'unavailable');
    let looked = after;
    let skipped = false;
    while (!stop.aborted) {
      const arrival = await arrivals.next();
      if (!arrival) continue;
      if (arrival.kind === 'ended') return;
      if (arrival.kind === 'caught-up' && skipped) yield { kind: 'checkpoint', position: looked };
      if (arrival.kind === 'caught-up') yield arrival;
      const place = arrival.kind === 'checkpoint' ? arrival.position : arrival.kind === 'resolved' && arrival.place;
      skipped &&= arrival.kind === 'resolved';
      if (!place || place <= looked) continue;
      looked = place;
      const found = arrival.kind === 'resolved' ? arrival.resolved.event : undefined;
      if (arrival.kind === 'checkpoint') yield arrival;
      else if (!found || !scope.passes(found.streamId, found.type, filter)) skipped = true;
      else yield { kind: 'event', event: recordedEvent(found, BigInt(place)) };
    }
  } finally {
    stop.removeEventListener('abort', wake);
    server.unsubscribe().catch(() => undefined);
  }
}

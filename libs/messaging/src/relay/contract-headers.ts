import { tenantOf } from '@tallystick/decider';
import type { BusRecord, RecordOrigin } from '../bus';

/** The one header of a contract that a relay published: what is not in its body (design §6 "Relay"). */
export const ORIGIN_HEADER = 'origin';

/**
 * Headers of a contract, from the record as the producer's log says it: stream, revision, event id, log position and
 * correlation id, each before a space but the last. One header, since the client spends more on each of them than on a
 * record's body.
 */
export function headersOf({ origin, position, correlationId }: BusRecord): Record<string, string> {
  if (origin === undefined) return {};
  const { stream, revision, eventId } = origin;
  return { [ORIGIN_HEADER]: `${stream} ${revision} ${eventId} ${position} ${correlationId}` };
}

/** What {@link headersOf} told of a record. */
export interface ToldOrigin {
  readonly tenant: string;
  readonly origin: RecordOrigin;
  readonly correlationId: string;
}

const FORM = /^([^ ]+) (\d{1,15}) ([^ ]+) \d+ (.+)$/s;

/** Reads what {@link headersOf} wrote; `undefined` where no relay of ours has written it. */
export function originOf(headers: Readonly<Record<string, string>>): ToldOrigin | undefined {
  const [, stream, revision, eventId, correlationId] = FORM.exec(headers[ORIGIN_HEADER] ?? '') ?? [];
  if (stream === undefined || eventId === undefined || correlationId === undefined) return undefined;
  return { tenant: tenantOf(stream), origin: { stream, revision: Number(revision), eventId }, correlationId };
}

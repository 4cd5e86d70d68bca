import type { BusRecord } from '../bus';

/** Headers of a contract that a relay published: what is not in its body (design §6 "Relay"). */
export const CONTRACT_HEADERS = {
  tenant: 'tenant',
  stream: 'origin-stream',
  revision: 'origin-revision',
  eventId: 'origin-event',
  position: 'origin-position',
  correlationId: 'correlation-id',
  causationId: 'causation-id',
} as const;

/** Headers of a contract, from the record as the producer's log says it. */
export function headersOf({ tenant, origin, position, correlationId, causationId }: BusRecord): Record<string, string> {
  return {
    [CONTRACT_HEADERS.tenant]: tenant,
    ...(origin === undefined
      ? {}
      : {
          [CONTRACT_HEADERS.stream]: origin.stream,
          [CONTRACT_HEADERS.revision]: String(origin.revision),
          [CONTRACT_HEADERS.eventId]: origin.eventId,
        }),
    [CONTRACT_HEADERS.position]: position,
    [CONTRACT_HEADERS.correlationId]: correlationId,
    [CONTRACT_HEADERS.causationId]: causationId,
  };
}

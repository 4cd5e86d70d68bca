import { EventStoreError, type EventStoreErrorCode } from '@tallystick/decider';

/** gRPC status codes (grpc/doc/statuscodes.md). */
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;
const UNAVAILABLE = 14;

/** Answers of a server that has not taken the append: it may be sent again at once. */
const NOT_TAKEN = /not.?ready|too busy|busy|failed to discover|no leader|not.?leader/i;

/** A fault of an append that was sent; type, gRPC code and text are all looked at, since any of them may be missing. */
export function appendFault(error: unknown): EventStoreError {
  return fault(error, 'unknown');
}

/** A fault of a call that changes nothing. */
export function readFault(error: unknown): EventStoreError {
  return fault(error, 'unavailable');
}

/** True where a stream does not exist, which is no fault. */
export function isStreamNotFound(error: unknown): boolean {
  return typeOf(error) === 'stream-not-found';
}

/** True where the way to the node is gone: a new client looks for one anew. */
export function isNodeLost(error: unknown): boolean {
  if (typeOf(error) === 'unavailable') return true;
  return error instanceof Error && 'code' in error && error.code === UNAVAILABLE;
}

/** Name of the client's error class, where the error is one of its own. */
export function typeOf(error: unknown): string | undefined {
  return error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : undefined;
}

function fault(error: unknown, open: 'unknown' | 'unavailable'): EventStoreError {
  if (error instanceof EventStoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new EventStoreError(codeOf(error, message) ?? open, message, { cause: error });
}

function codeOf(error: unknown, message: string): EventStoreErrorCode | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (typeOf(error)) {
    case 'access-denied':
    case 'stream-deleted':
      return 'denied';
    case 'maximum-append-size-exceeded':
      return 'too-large';
    case 'invalid-argument':
      return 'invalid';
    case 'not-leader':
      return 'unavailable';
    default:
      if (code === PERMISSION_DENIED || code === UNAUTHENTICATED) return 'denied';
      if (code === INVALID_ARGUMENT) return 'invalid';
      return NOT_TAKEN.test(message) ? 'unavailable' : undefined;
  }
}

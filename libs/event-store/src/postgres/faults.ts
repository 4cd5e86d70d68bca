import { EventStoreError, type EventStoreErrorCode } from '@tallystick/decider';
import { isUniqueViolation, sqlStateOf } from '@tallystick/postgres';

/** SQLSTATE of an append whose streams are not where the writer believes them: to be examined item by item. */
const STREAM_MOVED = 'TS002';
/** Answers that end the connection; after one of them a commit may or may not have happened. */
const BROKEN = /^(08|57P|58|F0|XX)/;
export function isStreamMoved(error: unknown): boolean {
  return sqlStateOf(error) === STREAM_MOVED || isUniqueViolation(error);
}

/** A fault of a statement that was sent and may have been committed. */
export function appendFault(error: unknown): EventStoreError {
  const state = sqlStateOf(error);
  return fault(state === undefined || BROKEN.test(state) ? 'unknown' : refusalCode(state), error);
}

/** A fault of a statement that changes nothing, or of one that was never sent. */
export function readFault(error: unknown): EventStoreError {
  const state = sqlStateOf(error);
  return fault(state === undefined || BROKEN.test(state) ? 'unavailable' : refusalCode(state), error);
}

function fault(code: EventStoreErrorCode, error: unknown): EventStoreError {
  if (error instanceof EventStoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new EventStoreError(code, message, { cause: error });
}

/** Codes of Appendix A: 42501 insufficient privilege, class 22 data exceptions, 54 program limits; else come back later. */
function refusalCode(state: string): EventStoreErrorCode {
  if (state === '42501' || state === '28000' || state === '28P01') return 'denied';
  return state.startsWith('22') || state.startsWith('54') ? 'invalid' : 'unavailable';
}

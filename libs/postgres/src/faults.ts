const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const SOCKET_CODES_OF_HOST = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN']);
const WORDS_OF_PG =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** The SQLSTATE of an error that PostgreSQL answered with; `undefined` for any other. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && (error as { severity?: unknown }).severity !== undefined
    ? code
    : undefined;
}

/** Work was sent and neither confirmed nor refused as a whole: what came of it is to be read. */
export class OutcomeUnknown extends Error {}

/**
 * True where the server could not be reached, went away or takes nobody in just now: nothing is wrong with the work, and
 * the same work may be tried again. Whether a COMMIT that ended so took effect is unknown.
 */
export function isConnectionFault(error: unknown): boolean {
  if (error instanceof OutcomeUnknown) return true;
  if (error instanceof AggregateError) return error.errors.some(isConnectionFault);
  const state = sqlStateOf(error);
  // Class 08 connection exceptions; 57P01..05 shutdown, crash, cannot connect now, database dropped, idle; 53300 too many.
  if (state !== undefined)
    return state.startsWith('08') || /^57P0[1-5]$/.test(state) || state === '53300' || state === '25P03';
  const code = codeOf(error);
  if (code !== undefined && (SOCKET_CODES.has(code) || SOCKET_CODES_OF_HOST.has(code))) return true;
  return error instanceof Error && WORDS_OF_PG.test(error.message);
}

/** True where PostgreSQL gave up a transaction because of others (deadlock, serialization, lock wait): try it again. */
export function isContention(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40001' || state === '40P01' || state === '55P03';
}

/** Thrown where a consumer's position is not where its holder left it: another member has the partition now (TS001). */
export function isCheckpointLost(error: unknown): boolean {
  return codeOf(error) === 'TS001';
}

/** Thrown where a record of a projection's step was taken ahead of its position: it is to be told apart first (TS004). */
export function isTakenAhead(error: unknown): boolean {
  return codeOf(error) === 'TS004';
}

/** True where a row with this key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return sqlStateOf(error) === '23505';
}

import { type DestinationStream, type Logger, pino } from 'pino';
import { currentScope } from './scope';

/**
 * The only fields that reach a log line (trust §4 "Secrets, audit, limits": redaction by allow-list). Anything else is
 * replaced by {@link HIDDEN}, so that a careless object can carry neither a token nor personal data into a log.
 */
const ALLOWED = new Set([
  'address', 'attempt', 'behind', 'bytes', 'code', 'consumer', 'context', 'count', 'err', 'kind', 'method', 'ms', 'name',
  'partition', 'permission', 'pid', 'pointer', 'port', 'position', 'projection', 'reason', 'role', 'roles', 'route',
  'schema', 'status', 'stream', 'topic', 'version',
]); // prettier-ignore

export const HIDDEN = '[hidden]';
const LONGEST = 2_000;

export interface LogOptions {
  readonly level?: string;
  readonly destination?: DestinationStream;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** Opens a log that writes one escaped JSON line per entry, with the running service's name and correlation id. */
export function openLog({ level = 'info', destination }: LogOptions = {}): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => ({ ...currentScope() }),
      formatters: { level: (label) => ({ level: label }), log: allowed },
      serializers: { err: errorFields },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

function allowed(fields: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (key === 'service' || key === 'correlationId') kept[key] = value;
    else if (!ALLOWED.has(key)) kept[key] = HIDDEN;
    else kept[key] = typeof value === 'string' ? value.slice(0, LONGEST) : value;
  }
  return kept;
}

/** Name, code, message and stack; nothing else of an error (a database error's `detail` holds row values). */
function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error).slice(0, LONGEST) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const cause = error.cause instanceof Error ? error.cause.message.slice(0, LONGEST) : undefined;
  const { name, message, stack } = error;
  return { name, code, message: message.slice(0, LONGEST), cause, stack: stack?.slice(0, 4 * LONGEST) };
}

let processLog: Logger | undefined;

/** The log of this process; the service's name comes from the scope in which the line is written. */
export function log(): Logger {
  processLog ??= openLog({
    level: process.env['TALLY_LOG_LEVEL'] ?? (process.env['JEST_WORKER_ID'] ? 'silent' : 'info'),
  });
  return processLog;
}

/** Replaces the log of this process (a test's destination, another level). */
export function useLog(logger: Logger): void {
  processLog = logger;
}

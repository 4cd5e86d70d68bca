import { Kafka, type KafkaConfig, type LogEntry, logLevel } from 'kafkajs';

/** Where the client's own log lines go. */
export type KafkaLog = (level: 'error' | 'warn', message: string, fields: Readonly<Record<string, unknown>>) => void;

export interface KafkaAddress {
  /** `host:port`, or several. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  readonly log?: KafkaLog;
}

/**
 * What the client mends by itself: a group that forms, a leader that changes, a connection that is made again; and what it
 * says of a setting that is meant: a publisher gives up after some tries and tells its caller.
 */
const MENDS_ITSELF =
  /Limiting retries for the idempotent producer|coordinator is (loading|not available)|not aware of this member|rebalanc|not the leader|no leader|does not host this topic-partition|group generation|not the correct coordinator|Connection (error|timeout)|Restarting the consumer|Closed connection/i;

/** A kafkajs client that tells of faults in our words and keeps quiet about what it mends by itself. */
export function kafkaClient({ brokers, clientId, ssl, sasl, log }: KafkaAddress): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => {
      if (log && !isNoise(entry))
        log(entry.level === logLevel.ERROR ? 'error' : 'warn', entry.log.message, fieldsOf(entry));
    },
  });
}

function isNoise({ log }: LogEntry): boolean {
  return MENDS_ITSELF.test(`${log.message} ${String(log['error'] ?? '')}`);
}

function fieldsOf({ namespace, log }: LogEntry): Record<string, unknown> {
  const { message: _message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = log;
  return { namespace, ...fields };
}

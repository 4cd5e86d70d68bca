import { Contract, Count, InstantText, Text } from '../decorators';

/** Of every log that is sealed. */
export const CHECKPOINTS_TOPIC = 'audit.checkpoints.v1';

/**
 * The root over a log has been signed (trust "Tamper evidence"): whoever keeps these messages can show later that the log was
 * changed. Said in the order of sizes, at least once; only where Kafka is the bus. Key: the log.
 */
@Contract({ topic: CHECKPOINTS_TOPIC, key: (message: CheckpointSigned) => message.origin })
export class CheckpointSigned {
  /** Name of the log: `<installation>/<service>`. */
  @Text(200)
  readonly origin!: string;

  /** Leaves of the tree: events of the log from the first on. */
  @Count()
  readonly size!: number;

  /** Log position of the last of them. */
  @Text(20)
  readonly position!: string;

  /** The note of C2SP tlog-checkpoint, signed by the log. */
  @Text(10_000)
  readonly note!: string;

  @InstantText()
  readonly sealedAt!: string;
}

import { Controller, Get, Inject, Param } from '@nestjs/common';
import { Count, InstantText, ListOfTexts, Part, Text, Uuid } from '@tallystick/contracts';
import { tenantOf } from '@tallystick/decider';
import { Answers, type Caller, CallerOf, Permission, problem, QueryOf, Summary } from '@tallystick/http';
import type { AuditLog, StoredCheckpoint } from '@tallystick/sealing';
import { formatInstant, type Instant } from '@tallystick/vocabulary';

/** Held by auditors: checkpoints and proofs of the logs. */
export const AUDIT_PERMISSION = 'audit:read';

/** A signed checkpoint of one log. */
export class CheckpointAnswer {
  /** Leaves of the tree: events of the log from the first on. */
  @Count() readonly size!: number;
  /** Log position of the last of them. */
  @Text(20) readonly position!: string;
  /** Root of the tree, in base64. */
  @Text(44) readonly root!: string;
  /** The key of the log, as C2SP tools write it; compare it with the one that was handed over by another way. */
  @Text(400) readonly key!: string;
  /** The note of C2SP tlog-checkpoint with the signatures of the log and of its witnesses. */
  @Text(10_000) readonly note!: string;
  @InstantText() readonly sealedAt!: string;
}

/** What a leaf is made of, in the order of its bytes. */
export class LeafAnswer {
  @Text(20) readonly position!: string;
  /** Milliseconds since 1970. */
  @Text(16) readonly recordedAt!: string;
  @Text(200) readonly stream!: string;
  @Count() readonly revision!: number;
  /** Of the event, in base64. */
  @Text(44) readonly hash!: string;
}

/** That an event is in the tree of a checkpoint. */
export class InclusionAnswer {
  @Uuid() readonly event!: string;
  /** Index of its leaf. */
  @Count() readonly seq!: number;
  @Part(() => LeafAnswer) readonly leaf!: LeafAnswer;
  /** As it was sealed, in base64; not that of `leaf` where the event was changed since. */
  @Text(44) readonly leafHash!: string;
  /** Hashes of RFC 6962 §2.1.1 in base64. */
  @ListOfTexts(44, 64, 0) readonly proof!: readonly string[];
  @Part(() => CheckpointAnswer) readonly checkpoint!: CheckpointAnswer;
}

/** Sizes of two checkpoints. */
export class ConsistencyQuery {
  @Count() readonly from!: number;
  @Count() readonly to!: number;
}

/** That the later tree begins with the whole of the earlier one. */
export class ConsistencyAnswer {
  @Part(() => CheckpointAnswer) readonly from!: CheckpointAnswer;
  @Part(() => CheckpointAnswer) readonly to!: CheckpointAnswer;
  /** Hashes of RFC 6962 §2.1.2 in base64. */
  @ListOfTexts(44, 64, 0) readonly proof!: readonly string[];
}

const REVISION = /^(0|[1-9][0-9]{0,8})$/;

/** What a service's audit routes need of it. */
export class Audit {
  constructor(
    readonly service: string,
    readonly log: AuditLog,
  ) {}
}

/** Checkpoints and proofs of one service's log (trust §4 "Tamper evidence", invariant I8). */
@Controller('audit/:service')
export class AuditController {
  constructor(@Inject(Audit) private readonly audit: Audit) {}

  @Get('checkpoint')
  @Permission(AUDIT_PERMISSION)
  @Summary('The last signed checkpoint of the log', '日志的最新签名检查点')
  @Answers(200, CheckpointAnswer)
  async checkpoint(@Param('service') service: string): Promise<CheckpointAnswer> {
    const checkpoint = await this.of(service).checkpoint();
    if (!checkpoint) throw problem('not-found');
    return checkpointAnswer(checkpoint);
  }

  @Get('proof/:stream/:revision')
  @Permission(AUDIT_PERMISSION)
  @Summary('Proof that an event is in the log of the last checkpoint', '证明某事件包含在最新检查点的日志中')
  @Answers(200, InclusionAnswer)
  async proof(
    @Param('service') service: string,
    @Param('stream') stream: string,
    @Param('revision') at: string,
    @CallerOf() { tenant }: Caller,
  ): Promise<InclusionAnswer> {
    if (!REVISION.test(at)) throw problem('id-invalid', { errors: [{ pointer: '/revision', code: 'id-invalid' }] });
    const log = this.of(service);
    const found = tenantOf(stream) === tenant ? await log.inclusion(stream, Number(at)) : undefined;
    if (!found) throw problem('not-found');
    const { id: event, position, recordedAt, revision, hash } = found.event;
    return {
      event,
      seq: found.seq,
      leaf: { position, recordedAt: String(recordedAt), stream, revision, hash: base64(hash) },
      leafHash: base64(found.leafHash),
      proof: found.proof.map(base64),
      checkpoint: checkpointAnswer(found.checkpoint),
    };
  }

  @Get('consistency')
  @Permission(AUDIT_PERMISSION)
  @Summary('Proof that the log only grew between two checkpoints', '证明日志在两个检查点之间只有追加')
  @Answers(200, ConsistencyAnswer)
  async consistency(
    @Param('service') service: string,
    @QueryOf(ConsistencyQuery) { from, to }: ConsistencyQuery,
  ): Promise<ConsistencyAnswer> {
    const found = await this.of(service).consistency(from, to);
    if (!found) throw problem('not-found');
    const { proof } = found;
    return { from: checkpointAnswer(found.from), to: checkpointAnswer(found.to), proof: proof.map(base64) };
  }

  private of(service: string): AuditLog {
    if (service !== this.audit.service) throw problem('not-found');
    return this.audit.log;
  }
}

function checkpointAnswer({ size, position, root, key, note, sealedAt }: StoredCheckpoint): CheckpointAnswer {
  return { size, position, root: base64(root), key, note, sealedAt: formatInstant(sealedAt as Instant) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

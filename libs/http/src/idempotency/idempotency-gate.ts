import { createHash } from 'node:crypto';
import { keyedCommandId } from '@tallystick/decider';
import type { Caller } from '../auth/caller';
import { problem } from '../problem';
import type { IdempotencyStore, KeptAnswer, KeyedRequest } from './idempotency-store';

const KEY = /^[A-Za-z0-9._:-]{1,128}$/;

/** A request that may go on to its handler; whoever let it in must end it. */
export interface OpenRequest extends KeyedRequest {
  /** The key was seen before with this content: the handler answers from the stream. */
  readonly again: boolean;
}

/** Entered: either go on, or answer with what was answered before. */
export type Entered =
  { readonly kind: 'open'; readonly request: OpenRequest } | { readonly kind: 'answered'; readonly answer: KeptAnswer };

interface UnderWay {
  readonly bodyHash: Uint8Array;
  readonly ended: Promise<KeptAnswer | undefined>;
  end(answer: KeptAnswer | undefined): void;
}

/** Lets one request per idempotency key through at a time and answers its twins with the same answer (trust §3 D). */
export class IdempotencyGate {
  private readonly underWay = new Map<string, UnderWay>();

  constructor(
    private readonly store: IdempotencyStore,
    private readonly patienceMs = 5_000,
  ) {}

  /**
   * Takes the key of a request. Throws `idempotency-key-missing`, `-invalid`, `-reused`, or `idempotency-in-progress`
   * where its twin takes longer than our patience.
   */
  async enter(key: unknown, caller: Caller, parts: readonly (string | Uint8Array)[]): Promise<Entered> {
    if (key === undefined) throw problem('idempotency-key-missing');
    if (typeof key !== 'string' || !KEY.test(key)) throw problem('idempotency-key-invalid');
    const { tenant, credential } = caller;
    const commandId = keyedCommandId(tenant, credential, key);
    const twin = this.underWay.get(commandId);
    const bodyHash = hashOf(parts);
    if (twin) return { kind: 'answered', answer: await this.answerOfTwin(twin, bodyHash) };
    return this.take({ tenant, credential, key, bodyHash, commandId });
  }

  /** Ends a request that was let in; `answer` is what its waiting twins get, if anything. */
  leave({ commandId }: OpenRequest, answer: KeptAnswer | undefined): void {
    this.underWay.get(commandId)?.end(answer);
    this.underWay.delete(commandId);
  }

  /** Ends a request that was let in with a final refusal, which answers its key for ever from now on. */
  async keep(request: OpenRequest, refusal: KeptAnswer): Promise<void> {
    let kept: KeptAnswer | undefined;
    try {
      await this.store.keep(request, refusal);
      kept = refusal;
    } finally {
      this.leave(request, kept);
    }
  }

  private async take(request: KeyedRequest): Promise<Entered> {
    const entry = newEntry(request.bodyHash);
    this.underWay.set(request.commandId, entry);
    let letIn = false;
    try {
      const taken = await this.store.take(request);
      if (taken.kind === 'reused') throw problem('idempotency-key-reused');
      if (taken.kind === 'answered') {
        entry.end(taken.answer);
        return { kind: 'answered', answer: taken.answer };
      }
      letIn = true;
      return { kind: 'open', request: { ...request, again: taken.kind === 'again' } };
    } finally {
      if (!letIn) {
        entry.end(undefined);
        this.underWay.delete(request.commandId);
      }
    }
  }

  private async answerOfTwin(twin: UnderWay, bodyHash: Uint8Array): Promise<KeptAnswer> {
    if (!Buffer.from(twin.bodyHash).equals(bodyHash)) throw problem('idempotency-key-reused');
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, this.patienceMs, undefined)));
    const answer = await Promise.race([twin.ended, tooLong]);
    clearTimeout(timer);
    if (!answer) throw problem('idempotency-in-progress', { headers: { 'retry-after': '1' }, retryable: true });
    return answer;
  }
}

function newEntry(bodyHash: Uint8Array): UnderWay {
  const { promise, resolve } = withResolvers<KeptAnswer | undefined>();
  return { bodyHash, ended: promise, end: resolve };
}

function withResolvers<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: ((value: Value) => void) | undefined;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  if (!resolve) throw new Error('a promise runs its executor at once');
  return { promise, resolve };
}

function hashOf(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part).update('\n');
  return sum.digest();
}

import type { Position, RefusalTable } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';

/** A message of either entrance on its way to a decision. */
export interface Arrival<Message> {
  readonly tenant: string;
  readonly program: string;
  readonly message: Message;
  /** The unit that the credential or binding vouches for, where it names one. */
  readonly unit?: string;
  readonly receivedAt: Instant;
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId?: string;
  /**
   * Names this delivery and no other: a record's place on its topic, a request's idempotency key. It is part of the
   * command id, since a store takes an append with known event ids for a repetition without looking at its content.
   */
  readonly delivery: string;
}

/** What became of a message. `again`: it was taken before, with the same content. `waiting`: not yet possible. */
export type Taken =
  | { readonly kind: 'taken'; readonly stream: string; readonly position?: Position; readonly parked: boolean }
  | { readonly kind: 'again'; readonly stream: string }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly pointer?: string;
      readonly facts?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'waiting'; readonly code: WaitingCode; readonly giveUpAfterMs: number };

export type WaitingCode = 'unknown-store' | 'unknown-card';

/** What became of a batch of messages, one answer each, in order. */
export interface TakenBatch {
  readonly taken: readonly Taken[];
  readonly checkpointMoved: boolean;
}

export type ReferenceRefusal = WaitingCode | 'unknown-member' | 'scope-mismatch' | 'store-closed';

/** Why a message is refused by what it refers to. */
export const REFERENCE_REFUSALS: RefusalTable<ReferenceRefusal> = {
  'scope-mismatch': {
    family: 'unknown',
    retryable: false,
    precedence: 1,
    title: { en: 'The store is not one of this credential', zh: '该门店不属于此凭证的范围' },
  },
  'unknown-store': {
    family: 'invalid',
    retryable: true,
    precedence: 2,
    title: { en: 'The store is not known at that time', zh: '在该时间点门店尚不存在' },
  },
  'store-closed': {
    family: 'conflict',
    retryable: false,
    precedence: 3,
    title: { en: 'The store takes no purchases at that time', zh: '在该时间点门店不接受消费' },
  },
  'unknown-card': {
    family: 'invalid',
    retryable: true,
    precedence: 4,
    title: { en: 'The card is not known', zh: '该会员卡不存在' },
  },
  'unknown-member': {
    family: 'invalid',
    retryable: false,
    precedence: 5,
    title: { en: 'No member has this identifier', zh: '没有会员使用此标识' },
  },
};

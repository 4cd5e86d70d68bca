import { type Decider, type DomainEvent, reject, type Rejection, UnknownEvent } from '@tallystick/decider';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { Reference } from '../account/account.events';

/** What the member says is wrong: nothing was granted for a purchase, or not what should have been. */
export type DisputeClaim = 'missing-accrual' | 'incorrect-accrual';

/** Why a dispute is declined. Codes and never free text, as everywhere in the log. */
export const DECLINE_REASONS = [
  'rules-applied',
  'not-eligible',
  'already-corrected',
  'no-evidence',
  'withdrawn',
] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

interface OfDispute {
  readonly program: string;
  readonly holder: string;
  readonly effectiveAt: string;
}

/** A member disputes what purchases have given. */
export type DisputeOpened = DomainEvent<
  'DisputeOpened',
  OfDispute & {
    readonly claim: DisputeClaim;
    /** The purchases whose receipts are disputed. */
    readonly purchases: readonly Reference[];
    /** An answer is due strictly before. */
    readonly deadline: string;
  }
>;
/** The member was right: the adjustment of this name, on the account of the dispute, makes it good. */
export type DisputeGranted = DomainEvent<
  'DisputeGranted',
  OfDispute & { readonly adjustment: string; readonly by: string }
>;
/** Nothing is adjusted. */
export type DisputeDeclined = DomainEvent<
  'DisputeDeclined',
  OfDispute & { readonly reason: DeclineReason; readonly by: string }
>;
/** The deadline has passed without an answer; one may still come. */
export type DisputeOverdue = DomainEvent<'DisputeOverdue', OfDispute>;

export type DisputeEvent = DisputeOpened | DisputeGranted | DisputeDeclined | DisputeOverdue;

export interface OpenDispute {
  readonly kind: 'open-dispute';
  readonly program: string;
  readonly holder: string;
  readonly claim: DisputeClaim;
  readonly purchases: readonly Reference[];
  /** Those of them of which the account knows nothing; looked up by the application. */
  readonly unknown: readonly Reference[];
  readonly deadline: Instant;
  readonly at: Instant;
}

export interface GrantDispute {
  readonly kind: 'grant-dispute';
  readonly adjustment: string;
  /** True where the account was credited under that name; looked up by the application. */
  readonly isCredited: boolean;
  readonly by: string;
  readonly at: Instant;
}

export interface DeclineDispute {
  readonly kind: 'decline-dispute';
  readonly reason: DeclineReason;
  readonly by: string;
  readonly at: Instant;
}

/** Says that the deadline has passed, where it has by `at` and nobody has answered. */
export interface MarkOverdue {
  readonly kind: 'mark-overdue';
  readonly at: Instant;
}

export type DisputeCommand = OpenDispute | GrantDispute | DeclineDispute | MarkOverdue;

export interface DisputeState {
  readonly opened?: DisputeOpened['data'];
  readonly isOverdue?: boolean;
  readonly resolved?: DisputeGranted | DisputeDeclined;
}

export type DisputeRefusal =
  'dispute-unknown' | 'dispute-conflict' | 'dispute-resolved' | 'purchase-unknown' | 'adjustment-unknown';

type Outcome = readonly DisputeEvent[] | Rejection<DisputeRefusal>;

/** One case of a member about what purchases have given, and how it ended (capabilities L23). It has one end. */
export const disputeDecider: Decider<DisputeState, DisputeCommand, DisputeEvent, DisputeRefusal> = {
  kind: 'dispute',
  initial: () => ({}),
  decide(command, state) {
    if (command.kind === 'open-dispute') return open(command, state);
    return state.opened ? go(command, state.opened, state) : reject('dispute-unknown');
  },
  evolve(state, event) {
    switch (event.type) {
      case 'DisputeOpened':
        return { opened: event.data };
      case 'DisputeOverdue':
        return { ...state, isOverdue: true };
      case 'DisputeGranted':
      case 'DisputeDeclined':
        return { ...state, resolved: event };
    }
  },
  invariants: ({ opened, resolved, isOverdue }) =>
    (resolved || isOverdue) && !opened ? ['a dispute went on that nobody opened'] : [],
  refusals: {
    'dispute-unknown': {
      family: 'unknown',
      retryable: false,
      precedence: 1,
      title: { en: 'There is no such dispute', zh: '没有该申诉' },
    },
    'dispute-conflict': {
      family: 'conflict',
      retryable: false,
      precedence: 2,
      title: { en: 'The dispute stands with another content', zh: '该申诉已存在且内容不同' },
    },
    'purchase-unknown': {
      family: 'invalid',
      retryable: true,
      precedence: 3,
      title: { en: 'The account was granted nothing for this purchase', zh: '该账户没有此消费的积分记录' },
    },
    'dispute-resolved': {
      family: 'conflict',
      retryable: false,
      precedence: 4,
      title: { en: 'The dispute was resolved otherwise', zh: '该申诉已有其他处理结果' },
    },
    'adjustment-unknown': {
      family: 'invalid',
      retryable: true,
      precedence: 5,
      title: { en: 'The account has no credit of this name', zh: '该账户没有此编号的积分增加记录' },
    },
  },
  upcast(type, version, data) {
    if (!TYPES.has(type) || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data } as DisputeEvent;
  },
};

const TYPES: ReadonlySet<string> = new Set(['DisputeOpened', 'DisputeGranted', 'DisputeDeclined', 'DisputeOverdue']);

function open(command: OpenDispute, { opened }: DisputeState): Outcome {
  const { program, holder, claim, purchases, unknown, deadline, at } = command;
  if (opened) return isSame(opened, command) ? [] : reject('dispute-conflict');
  const [first] = unknown;
  // What was never granted may be of a purchase that the account has not heard of: that is the complaint.
  if (first && claim === 'incorrect-accrual') return reject('purchase-unknown', { purchase: keyOf(first) });
  const said = { program, holder, claim, purchases, deadline: formatInstant(deadline), effectiveAt: formatInstant(at) };
  return [{ type: 'DisputeOpened', version: 1, data: said }];
}

function isSame(opened: DisputeOpened['data'], { claim, purchases }: OpenDispute): boolean {
  const keys = (all: readonly Reference[]) => all.map(keyOf).sort().join(' ');
  return opened.claim === claim && keys(opened.purchases) === keys(purchases);
}

function keyOf({ source, id }: Reference): string {
  return `${source}:${id}`;
}

function go(
  command: GrantDispute | DeclineDispute | MarkOverdue,
  { program, holder, deadline }: DisputeOpened['data'],
  { resolved, isOverdue }: DisputeState,
): Outcome {
  const of = { program, holder, effectiveAt: formatInstant(command.at) };
  switch (command.kind) {
    case 'mark-overdue':
      if (resolved || isOverdue || of.effectiveAt < deadline) return [];
      return [{ type: 'DisputeOverdue', version: 1, data: of }];
    case 'grant-dispute': {
      const { adjustment, by, isCredited } = command;
      if (resolved) return isAs(resolved, adjustment) ? [] : reject('dispute-resolved', { state: stateOf(resolved) });
      if (!isCredited) return reject('adjustment-unknown', { adjustment });
      return [{ type: 'DisputeGranted', version: 1, data: { ...of, adjustment, by } }];
    }
    case 'decline-dispute': {
      const { reason, by } = command;
      if (resolved) return isAs(resolved, reason) ? [] : reject('dispute-resolved', { state: stateOf(resolved) });
      return [{ type: 'DisputeDeclined', version: 1, data: { ...of, reason, by } }];
    }
  }
}

function isAs(resolved: DisputeGranted | DisputeDeclined, said: string): boolean {
  return resolved.type === 'DisputeGranted' ? resolved.data.adjustment === said : resolved.data.reason === said;
}

function stateOf({ type }: DisputeGranted | DisputeDeclined): string {
  return type === 'DisputeGranted' ? 'granted' : 'declined';
}

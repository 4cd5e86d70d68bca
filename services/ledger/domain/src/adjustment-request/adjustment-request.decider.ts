import { type Decider, type DomainEvent, reject, type Rejection, UnknownEvent } from '@tallystick/decider';
import { formatInstant, type Instant } from '@tallystick/vocabulary';

/** What an adjustment is to do; the account carries it out as it stands here, whatever is declared meanwhile. */
export interface RequestedAdjustment {
  readonly program: string;
  readonly account: string;
  readonly adjustment: string;
  readonly asset: string;
  /** Signed, not zero: a credit where it is positive. */
  readonly amount: string;
  readonly reason: string;
  /** Who bears the cost of a credit, or gains by a debit. */
  readonly unit: string;
  /** Minor units of money per point, a rational. */
  readonly unitCost: string;
  /** When what is credited ends; absent: never. */
  readonly expiresAt?: string;
}

/** Somebody asks for an adjustment that they may not make alone. */
export type AdjustmentRequested = DomainEvent<
  'AdjustmentRequested',
  RequestedAdjustment & {
    readonly maker: string;
    /** What the maker may adjust alone, when it was asked for. */
    readonly alone: string;
    readonly effectiveAt: string;
  }
>;
/** A second person has approved it: the account books it. */
export type AdjustmentApproved = DomainEvent<
  'AdjustmentApproved',
  { readonly approver: string; readonly effectiveAt: string }
>;
/** A second person has turned it down: nothing is booked. */
export type AdjustmentTurnedDown = DomainEvent<
  'AdjustmentTurnedDown',
  { readonly approver: string; readonly effectiveAt: string }
>;

export type AdjustmentRequestEvent = AdjustmentRequested | AdjustmentApproved | AdjustmentTurnedDown;

export interface RequestAdjustment {
  readonly kind: 'request-adjustment';
  readonly asked: RequestedAdjustment;
  readonly maker: string;
  readonly alone: bigint;
  readonly at: Instant;
}

/** Approves a request or turns it down; `by` is whoever does it, by the name by which the maker was written down. */
export interface DecideAdjustment {
  readonly kind: 'approve-adjustment' | 'turn-down-adjustment';
  readonly by: string;
  readonly at: Instant;
}

export type AdjustmentRequestCommand = RequestAdjustment | DecideAdjustment;

export interface AdjustmentRequestState {
  readonly request?: AdjustmentRequested['data'];
  readonly decided?: { readonly state: 'approved' | 'turned-down'; readonly by: string; readonly at: string };
}

export type AdjustmentRequestRefusal = 'request-unknown' | 'self-approval' | 'request-decided' | 'decision-conflict';

type Outcome = readonly AdjustmentRequestEvent[] | Rejection<AdjustmentRequestRefusal>;

/**
 * One adjustment above its maker's limit and what a second person decides about it, once (capabilities L11, trust case
 * 71). The booking itself is the account's; it follows the approval and is known by the adjustment's name.
 */
export const adjustmentRequestDecider: Decider<
  AdjustmentRequestState,
  AdjustmentRequestCommand,
  AdjustmentRequestEvent,
  AdjustmentRequestRefusal
> = {
  kind: 'adjustmentrequest',
  initial: () => ({}),
  decide: (command, state) =>
    command.kind === 'request-adjustment' ? request(command, state) : settle(command, state),
  evolve(state, event) {
    switch (event.type) {
      case 'AdjustmentRequested':
        return { request: event.data };
      case 'AdjustmentApproved':
        return { ...state, decided: decidedBy('approved', event.data) };
      case 'AdjustmentTurnedDown':
        return { ...state, decided: decidedBy('turned-down', event.data) };
    }
  },
  invariants({ request: asked, decided }) {
    if (decided && !asked) return ['a request was decided that nobody made'];
    return decided && decided.by === asked?.maker ? ['a maker decided about a request of their own'] : [];
  },
  refusals: {
    'request-unknown': {
      family: 'unknown',
      retryable: false,
      precedence: 1,
      title: { en: 'There is no such request', zh: '没有该调整申请' },
    },
    'self-approval': {
      family: 'forbidden',
      retryable: false,
      precedence: 2,
      title: { en: 'Nobody decides about a request of their own', zh: '不得审批本人提交的申请' },
    },
    'request-decided': {
      family: 'conflict',
      retryable: false,
      precedence: 3,
      title: { en: 'The request was decided otherwise', zh: '该申请已有其他审批结果' },
    },
    'decision-conflict': {
      family: 'conflict',
      retryable: false,
      precedence: 4,
      title: { en: 'The same name was used for something else', zh: '该编号已用于其他内容' },
    },
  },
  upcast(type, version, data) {
    if (!TYPES.has(type) || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data } as AdjustmentRequestEvent;
  },
};

const TYPES: ReadonlySet<string> = new Set(['AdjustmentRequested', 'AdjustmentApproved', 'AdjustmentTurnedDown']);

function request({ asked, maker, alone, at }: RequestAdjustment, state: AdjustmentRequestState): Outcome {
  if (state.request) {
    return isSameRequest(state.request, asked)
      ? []
      : reject('decision-conflict', { name: `adjustment ${asked.adjustment}` });
  }
  const data = { ...asked, maker, alone: String(alone), effectiveAt: formatInstant(at) };
  return [{ type: 'AdjustmentRequested', version: 1, data }];
}

/** True where both ask for the same; what a point costs is said by the declaration of the moment and not by who asks. */
export function isSameRequest(known: RequestedAdjustment, asked: RequestedAdjustment): boolean {
  return (
    known.asset === asked.asset &&
    known.amount === asked.amount &&
    known.reason === asked.reason &&
    known.unit === asked.unit &&
    known.expiresAt === asked.expiresAt
  );
}

function settle({ kind, by, at }: DecideAdjustment, { request: asked, decided }: AdjustmentRequestState): Outcome {
  if (!asked) return reject('request-unknown');
  if (by === asked.maker) return reject('self-approval');
  const approves = kind === 'approve-adjustment';
  if (decided) {
    return (decided.state === 'approved') === approves ? [] : reject('request-decided', { state: decided.state });
  }
  const data = { approver: by, effectiveAt: formatInstant(at) };
  return [{ type: approves ? 'AdjustmentApproved' : 'AdjustmentTurnedDown', version: 1, data }];
}

function decidedBy(state: 'approved' | 'turned-down', { approver, effectiveAt }: AdjustmentApproved['data']) {
  return { state, by: approver, at: effectiveAt };
}

import {
  canonicalJson,
  type Decider,
  type DomainEvent,
  reject,
  type Rejection,
  UnknownEvent,
} from '@tallystick/decider';
import { MAX_AMOUNT } from '@tallystick/vocabulary';
import { evaluate } from '../evaluation/evaluate';
import type { AssetAmount, Evaluation, TierUsed } from '../evaluation/evaluation';
import { returnFault } from '../purchase/content-faults';
import type { BusinessReference, ReturnContent } from '../purchase/purchase.content';
import type { Subject } from '../purchase/purchase.events';
import { PURCHASE_REFUSALS, type PurchaseRefusal } from '../purchase/purchase.rejections';
import { keyOf } from '../purchase/purchase.state';
import type { RuleBook } from '../rule-set/compiled-rules';

/** This return id belongs to a return of that purchase; its content is in the purchase's stream. */
export type ReturnClaimed = DomainEvent<
  'ReturnClaimed',
  { readonly purchase: BusinessReference; readonly digest: string }
>;

/** The purchase did not take the claimed return, because another return came between. */
export type ClaimRefused = DomainEvent<'ClaimRefused', { readonly code: PurchaseRefusal }>;

/** Goods came back without their purchase; `amounts` is asked back by the rules and the tier of the return's time. */
export type UnlinkedReturnRecorded = DomainEvent<
  'UnlinkedReturnRecorded',
  {
    readonly return: ReturnContent;
    readonly subject: Subject;
    /** Minor units given back. */
    readonly total: string;
    readonly evaluation: Evaluation;
    readonly amounts: readonly AssetAmount[];
  }
>;

export type ReturnEvent = ReturnClaimed | ClaimRefused | UnlinkedReturnRecorded;

/** Takes the return id for a linked return. `digest`: SHA-256 of the canonical content, hex. */
export interface ClaimReturn {
  readonly kind: 'claim-return';
  readonly purchase: BusinessReference;
  readonly digest: string;
}

/** Notes that the purchase refused what was claimed. */
export interface RefuseClaim {
  readonly kind: 'refuse-claim';
  readonly code: PurchaseRefusal;
}

/** Records a return without a purchase. Unit, member, tier and rules were looked up as of its `occurredAt`. */
export interface RecordUnlinkedReturn {
  readonly kind: 'record-unlinked-return';
  readonly program: string;
  readonly content: ReturnContent;
  readonly unit: string;
  readonly format?: string;
  readonly member?: string;
  readonly account?: string;
  readonly tier?: TierUsed;
  readonly rules: RuleBook;
}

export type ReturnCommand = ClaimReturn | RefuseClaim | RecordUnlinkedReturn;

export interface ReturnState {
  readonly claim?: ReturnClaimed['data'];
  readonly refused?: PurchaseRefusal;
  readonly unlinked?: ReturnContent;
}

/**
 * One return id of one source: it counts once over all purchases (capabilities L12). A return without a purchase is
 * evaluated like a purchase at its own time, and what it would have earned is asked back (capabilities L8).
 */
export const returnDecider: Decider<ReturnState, ReturnCommand, ReturnEvent, PurchaseRefusal> = {
  kind: 'return',
  initial: () => ({}),
  decide(command, state) {
    switch (command.kind) {
      case 'claim-return':
        return claim(command, state);
      case 'refuse-claim':
        return state.claim && !state.refused
          ? [{ type: 'ClaimRefused', version: 1, data: { code: command.code } }]
          : [];
      case 'record-unlinked-return':
        return recordUnlinked(command, state);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'ReturnClaimed':
        return { ...state, claim: event.data };
      case 'ClaimRefused':
        return { ...state, refused: event.data.code };
      case 'UnlinkedReturnRecorded':
        return { ...state, unlinked: event.data.return };
    }
  },
  invariants: ({ claim, unlinked }) => (claim && unlinked ? ['one return id is linked and unlinked'] : []),
  refusals: PURCHASE_REFUSALS,
  upcast(type, version, data) {
    if (version !== 1 || !TYPES.has(type)) throw new UnknownEvent(type, version);
    return { type, version, data } as ReturnEvent;
  },
};

const TYPES: ReadonlySet<string> = new Set([
  'ReturnClaimed',
  'ClaimRefused',
  'UnlinkedReturnRecorded',
] satisfies ReturnEvent['type'][]);

type Decision = readonly ReturnEvent[] | Rejection<PurchaseRefusal>;

function claim({ purchase, digest }: ClaimReturn, state: ReturnState): Decision {
  if (state.unlinked) return reject('return-conflict');
  if (!state.claim) return [{ type: 'ReturnClaimed', version: 1, data: { purchase, digest } }];
  if (keyOf(state.claim.purchase) !== keyOf(purchase) || state.claim.digest !== digest) {
    return reject('return-conflict', { purchase: keyOf(state.claim.purchase) });
  }
  return state.refused ? reject(state.refused) : [];
}

function recordUnlinked(command: RecordUnlinkedReturn, state: ReturnState): Decision {
  const { content, rules, tier, format } = command;
  const fault = returnFault(content);
  if (fault) return fault;
  if (state.claim) return reject('return-conflict', { purchase: keyOf(state.claim.purchase) });
  if (state.unlinked) return canonicalJson(state.unlinked) === canonicalJson(content) ? [] : reject('return-conflict');
  const subject = subjectOf(command);
  const ruleSet = rules.inForceAt(content.occurredAt);
  const lines = content.lines.map((line) => ({
    ...line,
    sku: line.sku!,
    quantity: line.quantity ?? '1',
    amount: line.amount!,
  }));
  const receipt = { lines, tenders: content.tenders ?? [] };
  const circumstances = { occurredAt: content.occurredAt, store: content.store, unit: command.unit, format, tier };
  const earned =
    ruleSet && subject.account !== undefined
      ? evaluate(ruleSet.compiled, receipt, circumstances)
      : { rules: [], grants: [] };
  const tooLarge = earned.grants.find(({ amount }) => BigInt(amount) > MAX_AMOUNT);
  if (tooLarge) return reject('amount-out-of-range', { asset: tooLarge.asset, amount: tooLarge.amount });
  const evaluation: Evaluation = {
    verdict: subject.account === undefined ? 'no-member' : 'evaluated',
    ...(ruleSet ? { ruleSet: { version: ruleSet.version, hash: ruleSet.hash } } : {}),
    ...(tier ? { tier } : {}),
    ...earned,
    returns: [],
  };
  const total = lines.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const amounts = earned.grants.map(({ asset, amount }) => ({ asset, amount }));
  const data = { return: content, subject, total: String(total), evaluation, amounts };
  return [{ type: 'UnlinkedReturnRecorded', version: 1, data }];
}

function subjectOf({ program, member, account, unit, content }: RecordUnlinkedReturn): Subject {
  return {
    program,
    ...(member === undefined || account === undefined ? {} : { member, account }),
    issuer: unit,
    store: content.store,
    effectiveAt: content.occurredAt,
    currency: content.currency,
  };
}

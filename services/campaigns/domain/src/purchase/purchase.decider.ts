import { canonicalJson, type Decider, reject, type Rejection, UnknownEvent } from '@tallystick/decider';
import { tiersDiffer } from '../evaluation/tiers';
import type { RuleBook, RuleSet } from '../rule-set/compiled-rules';
import { purchaseFault, returnFault } from './content-faults';
import { type Picture, pictureOf } from './picture';
import type { PurchaseCommand, RecordPurchase, RecordReturn, Reevaluate } from './purchase.commands';
import type { PurchaseEvent, ReturnRecorded, ReturnRefused, Subject } from './purchase.events';
import { purchaseInvariants } from './purchase.invariants';
import { PURCHASE_REFUSALS, type PurchaseRefusal } from './purchase.rejections';
import { keyOf, type LinkedReturn, type PurchaseState, type RecordedPurchase } from './purchase.state';
import { byEffect } from './returned';

type Decision = readonly PurchaseEvent[] | Rejection<PurchaseRefusal>;

/**
 * One purchase id of one source: recorded once for ever, evaluated by the rules and the tier of its time; its returns
 * are evaluated again on what was kept, and a tier heard later evaluates it anew (design §3; capabilities C1 to C4, L8,
 * L12, L13). Every event after the first carries the whole present picture.
 */
export const purchaseDecider: Decider<PurchaseState, PurchaseCommand, PurchaseEvent, PurchaseRefusal> = {
  kind: 'purchase',
  initial: () => ({ parked: NONE, returns: NONE, refused: NONE }),
  decide(command, state) {
    switch (command.kind) {
      case 'record-purchase':
        return recordPurchase(command, state);
      case 'record-return':
        return recordReturn(command, state);
      case 'reevaluate':
        return reevaluate(command, state);
    }
  },
  evolve,
  invariants: purchaseInvariants,
  refusals: PURCHASE_REFUSALS,
  upcast(type, version, data) {
    if (version !== 1 || !TYPES.has(type)) throw new UnknownEvent(type, version);
    return { type, version, data } as PurchaseEvent;
  },
};

/** Nearly every purchase stays without returns, so all of these share one empty map; a map is copied when it changes. */
const NONE: ReadonlyMap<string, never> = new Map<string, never>();

const TYPES: ReadonlySet<string> = new Set([
  'PurchaseRecorded',
  'ReturnParked',
  'ReturnRecorded',
  'ReturnRefused',
  'PurchaseReevaluated',
] satisfies PurchaseEvent['type'][]);

function recordPurchase(command: RecordPurchase, state: PurchaseState): Decision {
  const { purchase, rules, tier, format, heard } = command;
  const fault = purchaseFault(purchase);
  if (fault) return fault;
  if (state.recorded) {
    const differs = differences(state.recorded.purchase, purchase);
    return differs.length === 0 ? [] : reject('purchase-conflict', { differs: differs.join(' ') });
  }
  const subject = subjectOf(command);
  const ruleSet = rules.inForceAt(purchase.occurredAt);
  const picture = pictureOf({ purchase, subject, format, ruleSet, tier, returns: [], qualified: false });
  if (isFault(picture)) return picture;
  const { evaluation } = picture;
  const data = {
    purchase,
    subject,
    ...(format === undefined ? {} : { format }),
    ...(heard === undefined ? {} : { heard: String(heard) }),
    evaluation,
  };
  const recorded: RecordedPurchase = { purchase, subject, format, heard: heard ?? -1, evaluation };
  return [{ type: 'PurchaseRecorded', version: 1, data }, ...unpark(recorded, ruleSet, state)];
}

/** What becomes of the returns that waited for this purchase, in the order in which they count. */
function unpark(
  recorded: RecordedPurchase,
  ruleSet: RuleSet | undefined,
  { parked }: PurchaseState,
): (ReturnRecorded | ReturnRefused)[] {
  if (parked.size === 0) return [];
  const counted: LinkedReturn[] = [];
  const waiting = [...parked.values()].sort(byEffect);
  return waiting.map((one) => {
    const event = returned(recorded, ruleSet, counted, one);
    if (isFault(event)) {
      return { type: 'ReturnRefused', version: 1, data: { return: one.return, code: event.rejected } };
    }
    counted.push(one);
    return event;
  });
}

function recordReturn(command: RecordReturn, state: PurchaseState): Decision {
  const { content, unit, rules } = command;
  const fault = returnFault(content);
  if (fault) return fault;
  const key = keyOf(command.return);
  const known = state.returns.get(key) ?? state.parked.get(key);
  if (known) {
    const differs = differences(known.content, content);
    return differs.length === 0 ? [] : reject('return-conflict', { differs: differs.join(' ') });
  }
  const refused = state.refused.get(key);
  if (refused) return reject(refused);
  const linked: LinkedReturn = { return: command.return, content, unit };
  if (!state.recorded) return [{ type: 'ReturnParked', version: 1, data: linked }];
  const event = returned(state.recorded, originalRules(state.recorded, rules), state.returns.values(), linked);
  return isFault(event) ? event : [event];
}

function returned(
  recorded: RecordedPurchase,
  ruleSet: RuleSet | undefined,
  earlier: Iterable<LinkedReturn>,
  linked: LinkedReturn,
): ReturnRecorded | Rejection<PurchaseRefusal> {
  const picture = presentPicture(recorded, ruleSet, [...earlier, linked]);
  if (isFault(picture)) return picture;
  const own = picture.returned.find(({ of }) => of === linked)!;
  const total = own.total < 0n ? 0n : own.total;
  const { subject } = recorded;
  const data = { ...linked, total: String(total), subject, evaluation: picture.evaluation };
  return { type: 'ReturnRecorded', version: 1, data };
}

function reevaluate({ tier, heard, rules }: Reevaluate, { recorded, returns }: PurchaseState): Decision {
  if (!recorded || recorded.subject.account === undefined || heard <= recorded.heard) return [];
  const ruleSet = originalRules(recorded, rules);
  if (!ruleSet || !tiersDiffer(ruleSet.compiled, recorded.evaluation.tier, tier)) return [];
  const picture = presentPicture(recorded, ruleSet, returns.values(), { tier });
  if (isFault(picture)) return picture;
  const { subject } = recorded;
  const data = { cause: 'tier-changed', heard: String(heard), subject, evaluation: picture.evaluation } as const;
  return [{ type: 'PurchaseReevaluated', version: 1, data }];
}

function presentPicture(
  { purchase, subject, format, evaluation }: RecordedPurchase,
  ruleSet: RuleSet | undefined,
  returns: Iterable<LinkedReturn>,
  { tier } = { tier: evaluation.tier },
): Picture | Rejection<PurchaseRefusal> {
  const qualified = evaluation.qualified === true;
  return pictureOf({ purchase, subject, format, ruleSet, tier, returns, qualified });
}

function originalRules({ evaluation }: RecordedPurchase, rules: RuleBook): RuleSet | undefined {
  return evaluation.ruleSet && rules.version(evaluation.ruleSet.version);
}

function subjectOf({ program, member, account, unit, purchase }: RecordPurchase): Subject {
  return {
    program,
    ...(member === undefined || account === undefined ? {} : { member, account }),
    issuer: unit,
    store: purchase.store,
    effectiveAt: purchase.occurredAt,
    currency: purchase.currency,
  };
}

/** The members in which two contents differ, so that a conflict can be looked into (capabilities L12). */
function differences<Content extends object>(known: Content, told: Content): string[] {
  const keys = new Set([...Object.keys(known), ...Object.keys(told)] as (keyof Content & string)[]);
  return [...keys].filter((key) => canonicalJson(known[key] ?? null) !== canonicalJson(told[key] ?? null)).sort();
}

function isFault(value: object): value is Rejection<PurchaseRefusal> {
  return 'rejected' in value;
}

function evolve(state: PurchaseState, event: PurchaseEvent): PurchaseState {
  switch (event.type) {
    case 'PurchaseRecorded': {
      const { purchase, subject, format, heard, evaluation } = event.data;
      state.recorded = { purchase, subject, format, heard: Number(heard ?? -1), evaluation };
      return state;
    }
    case 'ReturnParked':
      state.parked = withEntry(state.parked, keyOf(event.data.return), event.data);
      return state;
    case 'ReturnRecorded': {
      const { return: reference, content, unit, evaluation } = event.data;
      const key = keyOf(reference);
      state.parked = without(state.parked, key);
      state.returns = withEntry(state.returns, key, { return: reference, content, unit });
      if (state.recorded) state.recorded = { ...state.recorded, evaluation };
      return state;
    }
    case 'ReturnRefused':
      state.parked = without(state.parked, keyOf(event.data.return));
      state.refused = withEntry(state.refused, keyOf(event.data.return), event.data.code);
      return state;
    case 'PurchaseReevaluated': {
      const { evaluation, heard } = event.data;
      if (state.recorded) state.recorded = { ...state.recorded, evaluation, heard: Number(heard) };
      return state;
    }
  }
}

function withEntry<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): ReadonlyMap<string, Value> {
  return new Map(map).set(key, value);
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

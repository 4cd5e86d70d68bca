import { reject, type Rejection } from '@tallystick/decider';
import { MAX_AMOUNT } from '@tallystick/vocabulary';
import { type Circumstances, evaluate, type Evaluated } from '../evaluation/evaluate';
import type { AssetAmount, Evaluation, RuleVerdict, TakenBack, TierUsed } from '../evaluation/evaluation';
import type { RuleSet } from '../rule-set/compiled-rules';
import type { PurchaseContent } from './purchase.content';
import type { Subject } from './purchase.events';
import type { PurchaseRefusal } from './purchase.rejections';
import type { LinkedReturn } from './purchase.state';
import { type Returned, returnedAmounts } from './returned';

/** All that the picture of a purchase is made of; the same of it gives the same picture, whatever came when. */
export interface PictureInputs {
  readonly purchase: PurchaseContent;
  readonly subject: Subject;
  readonly format?: string;
  readonly ruleSet?: RuleSet;
  readonly tier?: TierUsed;
  readonly returns: Iterable<LinkedReturn>;
  /** Whether it ever earned anything before. */
  readonly qualified: boolean;
}

/** A picture and what the returns in it give back. */
export interface Picture {
  readonly evaluation: Evaluation;
  readonly returned: readonly Returned[];
}

const NOTHING: Evaluated = { rules: [], grants: [] };

/**
 * The whole picture: what the receipt earns, and what each return takes back of it, which is the difference between
 * the evaluations of what was kept before and after it. Where keeping less would earn more, nothing is taken and
 * nothing is given: a return never grants.
 */
export function pictureOf(inputs: PictureInputs): Picture | Rejection<PurchaseRefusal> {
  const returned = returnedAmounts(inputs.purchase, inputs.returns);
  if ('rejected' in returned) return returned;
  const whole = evaluated(inputs);
  for (const { asset, amount } of whole.grants) {
    if (BigInt(amount) > MAX_AMOUNT) return reject('amount-out-of-range', { asset, amount });
  }
  const { ruleSet, tier, subject } = inputs;
  const evaluation: Evaluation = {
    verdict: subject.account === undefined ? 'no-member' : 'evaluated',
    ...(ruleSet ? { ruleSet: { version: ruleSet.version, hash: ruleSet.hash } } : {}),
    ...(tier ? { tier } : {}),
    rules: whole.rules,
    grants: whole.grants,
    returns: takenBack(inputs, whole, returned),
    ...(inputs.qualified || whole.grants.length > 0 ? { qualified: true } : {}),
  };
  return { evaluation, returned };
}

function evaluated(inputs: PictureInputs, kept?: readonly bigint[]): Evaluated {
  const { purchase, subject, format, ruleSet, tier } = inputs;
  if (!ruleSet) return NOTHING;
  if (subject.account === undefined) return { ...NOTHING, rules: withoutMember(ruleSet) };
  const circumstances: Circumstances = {
    occurredAt: purchase.occurredAt,
    store: purchase.store,
    unit: subject.issuer,
    format,
    tier,
  };
  return evaluate(ruleSet.compiled, purchase, circumstances, kept);
}

function withoutMember({ compiled }: RuleSet): RuleVerdict[] {
  return compiled.rules.map(({ id, asset }) => ({ rule: id, asset, failed: 'no-member' }));
}

function takenBack(inputs: PictureInputs, whole: Evaluated, returned: readonly Returned[]): TakenBack[] {
  const granted = whole.grants.map(({ asset, amount }) => ({ asset, amount: BigInt(amount), taken: 0n }));
  let before = whole;
  return returned.map(({ of, lines, kept }) => {
    const after = granted.length === 0 ? whole : evaluated(inputs, kept);
    const rules = lessByRule(before, after);
    before = after;
    const left = new Map(after.grants.map(({ asset, amount }) => [asset, BigInt(amount)]));
    const amounts: AssetAmount[] = [];
    for (const grant of granted) {
      const taken = grant.amount - (left.get(grant.asset) ?? 0n);
      if (taken <= grant.taken) continue;
      amounts.push({ asset: grant.asset, amount: String(taken - grant.taken) });
      grant.taken = taken;
    }
    return {
      return: of.return,
      effectiveAt: of.content.occurredAt,
      store: of.content.store,
      lines: lines.map(({ line, amount }) => ({ line, amount: String(amount) })),
      amounts,
      ...(rules.length > 0 ? { rules } : {}),
    };
  });
}

/** What each rule gives less after a return than before it. */
function lessByRule(before: Evaluated, after: Evaluated): NonNullable<TakenBack['rules']> {
  const left = new Map(after.rules.map(({ rule, asset, result = '0' }) => [`${rule} ${asset}`, BigInt(result)]));
  return before.rules.flatMap(({ rule, asset, result = '0' }) => {
    const amount = BigInt(result) - (left.get(`${rule} ${asset}`) ?? 0n);
    return amount === 0n ? [] : [{ rule, asset, amount: String(amount) }];
  });
}

import { compileRules } from '../rule-set/compile-rules';
import { RuleBook } from '../rule-set/compiled-rules';
import type { EarningRule, RuleSetContent } from '../rule-set/rule-set.content';
import type { PurchaseContent, PurchaseLine, ReturnContent, ReturnLine } from '../purchase/purchase.content';
import type { RecordPurchase, RecordReturn, Reevaluate } from '../purchase/purchase.commands';
import type { TierUsed } from '../evaluation/evaluation';

/** Commands and contents that the specs of this project start from. */

export const NOON = '2026-11-22T12:00:00.000Z';
export const LATER = '2026-11-23T12:00:00.000Z';
export const ACCOUNT = '0c5a8ad5-4b5c-5a0c-9d6a-3b6f3a1c2d4e';

/** 1 point per yuan, rounded down once. */
export const pointPerYuan: EarningRule = { id: 'base', asset: 'POINTS', kind: 'base', rate: '1/100' };
export const growthPerYuan: EarningRule = { id: 'growth', asset: 'GROWTH', kind: 'base', rate: '1/100' };
/** Requirement 003: silver 1.2, gold 1.5, diamond 2. */
export const cards = { silver: '6/5', gold: '3/2', diamond: '2' } as const;

export function ruleBook(...contents: readonly RuleSetContent[]): RuleBook {
  return new RuleBook(
    contents.map((content, index) => ({
      version: String(index + 1),
      hash: `hash-${index + 1}`,
      validFrom: '2026-01-01T00:00:00.000Z',
      compiled: compileRules(content),
    })),
  );
}

export function rulesOf(...rules: readonly EarningRule[]): RuleBook {
  return ruleBook({ assets: [{ asset: 'POINTS', unitCost: '1' }], rules });
}

export function line(name: string, amount: string, more: Partial<PurchaseLine> = {}): PurchaseLine {
  return { line: name, sku: `sku-${name}`, quantity: '1', amount, ...more };
}

/** A receipt paid in cash. */
export function receipt(lines: readonly PurchaseLine[], more: Partial<PurchaseContent> = {}): PurchaseContent {
  const total = String(lines.reduce((sum, { amount }) => sum + BigInt(amount), 0n));
  const tenders = [{ kind: 'cash', amount: total }];
  return { occurredAt: NOON, store: 's-1', member: { id: 'm-1' }, currency: 'CNY', lines, tenders, total, ...more };
}

export function record(purchase: PurchaseContent, rules: RuleBook, more: Partial<RecordPurchase> = {}): RecordPurchase {
  return {
    kind: 'record-purchase',
    program: 'main',
    purchase,
    unit: 'market',
    member: 'm-1',
    account: ACCOUNT,
    rules,
    ...more,
  };
}

export function giveBack(
  id: string,
  lines: readonly ReturnLine[],
  rules: RuleBook,
  more: Partial<ReturnContent> = {},
): RecordReturn {
  const purchase = { source: 'till-1', id: 'R-1' };
  const content: ReturnContent = { occurredAt: LATER, store: 's-1', purchase, currency: 'CNY', lines, ...more };
  return { kind: 'record-return', return: { source: 'till-1', id }, content, unit: 'market', rules };
}

export function reevaluation(tier: TierUsed | undefined, heard: number, rules: RuleBook): Reevaluate {
  return { kind: 'reevaluate', ...(tier ? { tier } : {}), heard, rules };
}

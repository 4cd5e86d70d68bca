import { isRejection } from '@tallystick/decider';
import type { Evaluation } from '../evaluation/evaluation';
import { line, receipt, rulesOf, ACCOUNT, cards, growthPerYuan, NOON, pointPerYuan } from './examples';
import type { PurchaseCommand } from '../purchase/purchase.commands';
import { purchaseDecider } from '../purchase/purchase.decider';
import type { PurchaseEvent } from '../purchase/purchase.events';

/** A member's purchase of two lines and the rules that most specs judge it by. */
export const rules = rulesOf(pointPerYuan);
export const byTier = rulesOf({ ...pointPerYuan, tierFactors: cards }, growthPerYuan);
export const gold = { tier: 'gold', validFrom: '2026-06-01T00:00:00.000Z' };
export const silver = { tier: 'silver', validFrom: '2026-03-01T00:00:00.000Z' };
export const two = receipt([line('1', '10000'), line('2', '5000', { quantity: '3' })]);
export const subject = {
  program: 'main',
  member: 'm-1',
  account: ACCOUNT,
  issuer: 'market',
  store: 's-1',
  effectiveAt: NOON,
  currency: 'CNY',
};

/** The events that commands lead to, one after the other. */
export function story(...commands: readonly PurchaseCommand[]): PurchaseEvent[] {
  let state = purchaseDecider.initial();
  const events: PurchaseEvent[] = [];
  for (const command of commands) {
    const decision = purchaseDecider.decide(command, state);
    if (isRejection(decision)) throw new Error(decision.rejected);
    for (const event of decision) {
      events.push(event);
      state = purchaseDecider.evolve(state, event);
    }
  }
  return events;
}

export function lastEvaluation(events: readonly PurchaseEvent[]): Evaluation {
  const last = events[events.length - 1]!;
  if (!('evaluation' in last.data)) throw new Error(last.type);
  return last.data.evaluation;
}

/** Asset amounts that each return in the picture takes back. */
export const takenBack = (events: readonly PurchaseEvent[]) =>
  lastEvaluation(events).returns.map(({ amounts }) =>
    Object.fromEntries(amounts.map(({ asset, amount }) => [asset, amount])),
  );

/** Minor units that each return gives back, by its lines. */
export const linesBack = (events: readonly PurchaseEvent[]) =>
  lastEvaluation(events).returns.map(({ lines }) => lines.map(({ amount }) => amount));

import { actorOf, type Caller, problem, problemOf } from '@tallystick/http';
import type { RefusalTable, Rejection } from '@tallystick/decider';
import { type Actor, ADJUSTING, type AdjustingRefusal, type Booked, type Refused } from '../application/adjustments';
import { recordedOf } from './decisions';
import type { AdjustmentAnswer } from './decisions.dto';

/**
 * A caller as whoever adjusts. Tokens name no member: the actor's own holder is taken to be one of the credential's own
 * name, with or without its role before it (decision 0034).
 */
export function actorIn(caller: Caller): Actor {
  const { tenant, program, subject, unit } = caller;
  const bare = subject.slice(subject.lastIndexOf(':') + 1);
  return { tenant, program, name: actorOf(caller), holders: [...new Set([subject, bare])], unit };
}

/** The problem of a refused adjustment; an account of another tenant is as unknown as one that is not there. */
export function problemOfAdjusting(rejection: Rejection<AdjustingRefusal>) {
  if (rejection.rejected === 'account-unknown') return problem('not-found');
  return problemOf(rejection, ADJUSTING satisfies RefusalTable<AdjustingRefusal>);
}

/** What was booked, as the answer says it; throws the problem of what was refused. */
export function bookedAnswer(adjusted: Booked | Refused): AdjustmentAnswer {
  if (adjusted.kind === 'refused') throw problemOfAdjusting(adjusted.rejection);
  const { type, data } = adjusted.done.event;
  const { adjustment: adjustmentId, asset, amount } = data;
  const credited = type === 'PointsCredited' ? { amount, lot: data.lot } : { amount: `-${amount}` };
  return { adjustmentId, asset, ...credited, ...recordedOf(adjusted.done) };
}

/** A signed amount that is not zero; only a credit ends. */
export function adjustedAmount(text: string, expiresAt: string | undefined, at = ''): bigint {
  const amount = BigInt(text);
  if (amount === 0n) {
    throw problem('amount-invalid', { errors: [{ pointer: `${at}/amount`, code: 'amount-invalid' }] });
  }
  if (amount < 0n && expiresAt !== undefined) {
    throw problem('schema-invalid', { errors: [{ pointer: `${at}/expiresAt`, code: 'debit-has-no-expiry' }] });
  }
  return amount;
}

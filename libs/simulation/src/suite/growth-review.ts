import type { ledger } from '@tallystick/contracts';
import type { MemberCommands } from '@tallystick/membership/application/member-commands';
import { type GrowthFact, tierHistory } from '@tallystick/membership-domain';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import { formatInstant, instant } from '@tallystick/vocabulary';
import type { Calls } from '../memory/calls';
import type { Disk } from './disk';
import { PROGRAM, TENANT, TIER_POLICY } from './program';

/** The one window of a policy that counts growth for life. */
export const LIFETIME = () => ({ start: instant('1970-01-01T00:00:00Z') });

/**
 * When growth has changed, then review the tiers and record the growth: the domain's tier history over the growth rows,
 * by way of membership's own commands. The rows are in memory here, where the service asks its database.
 */
export function whenGrowthChangedReviewTiers(
  commands: MemberCommands,
  disk: Disk,
  calls: Calls,
): BatchHandler<ledger.GrowthChanged> {
  return async ({ records }) => {
    const told = new Map(records.map(({ message }) => [`${message.account}/${message.revision}`, factOf(message)]));
    const known = await calls.call('read', () => new Map(disk.growth));
    const facts = new Map([...known, ...told]);
    const members = new Map(records.map((record) => [record.message.member, record]));
    const reviews = [...members].map(([member, { message, correlationId }]) => {
      const own = [...facts.values()].filter((fact) => fact.member === member);
      return { member, command: reviewOf(own), cause: `${message.account}/${message.revision}`, correlationId };
    });
    const { results } = await commands.review(TENANT, reviews);
    for (const result of results) if (result.kind === 'failed') throw result.error;
    await calls.call('write', () => {
      for (const [id, fact] of told) disk.growth.set(id, fact);
    });
    return records.map(() => DONE);
  };
}

function reviewOf(facts: readonly GrowthFact[]) {
  const steps = tierHistory(TIER_POLICY, facts, LIFETIME, instant('1970-01-01T00:00:00Z'));
  const history = steps.map(({ tier, validFrom }) => ({ tier, validFrom: formatInstant(validFrom) }));
  const { baseTier } = TIER_POLICY;
  return { kind: 'review-tier', program: PROGRAM, baseTier, history, policyVersion: '0', scheduled: false } as const;
}

function factOf(message: ledger.GrowthChanged): GrowthFact & { readonly member: string } {
  const { member, amount, effectiveAt, earnedAt } = message;
  return { member, amount: BigInt(amount), effectiveAt: instant(effectiveAt), earnedAt: instant(earnedAt) };
}

import {
  type GrowthFact,
  tierHistory,
  type TierPolicy,
  type TierStep,
  type Window,
} from '@tallystick/membership-domain';
import type { Pool } from '@tallystick/postgres';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { Reference } from '../adapters/reference';
import { growthFactsOf } from '../projections/growth/growth.query';
import type { MemberCommands, MemberReview } from './member-commands';
import { Standings } from './standings';
import { windowsOf } from './zoned-windows';

/** A growth change that is not among the recorded facts yet. */
export interface NewGrowth extends GrowthFact {
  readonly member: string;
  /** Names it once: account and revision. */
  readonly id: string;
  readonly correlationId: string;
}

interface Terms {
  readonly program: string;
  readonly policy: TierPolicy;
  readonly version: number;
  readonly windowOf: (at: Instant) => Window;
  readonly reviewedUntil: Instant;
}

/** Reviews tiers when growth has changed and when a day has ended; what changes no tier costs no event. */
export class TierReviews {
  private readonly standings = new Standings();

  constructor(
    private readonly commands: MemberCommands,
    private readonly reference: Reference,
    private readonly pool: Pool,
  ) {}

  /** False while the program's zone is not known: the caller tries again later. True also where there is no tier policy. */
  async afterGrowth(
    tenant: string,
    program: string,
    growth: readonly NewGrowth[],
    assignment: number,
  ): Promise<boolean> {
    const terms = await this.terms(tenant, program);
    if (terms === 'unknown-program') return false;
    if (terms === 'no-policy') return true;
    this.standings.restOn(`${tenant}/${program}/${terms.version}/${terms.reviewedUntil}/${assignment}`);
    const open = new Map<string, NewGrowth[]>();
    for (const [member, facts] of byMember(growth)) {
      if (!this.standings.absorbs(member, facts, terms.policy, terms.windowOf)) open.set(member, facts);
    }
    if (open.size === 0) return true;
    const recorded = await growthFactsOf(this.pool, tenant, [...open.keys()]);
    const reviews: MemberReview[] = [];
    for (const [member, fresh] of open) {
      const facts = [...recorded.get(member)!, ...fresh];
      const { id, correlationId } = fresh.at(-1)!;
      reviews.push(this.review(member, facts, terms, { cause: `${program}/growth/${id}`, correlationId }, false));
    }
    await this.carryOut(tenant, reviews);
    return true;
  }

  /** Reviews these members as of an instant at which a window has ended. */
  async atWindowEnd(tenant: string, program: string, members: readonly string[], at: Instant): Promise<void> {
    const terms = await this.terms(tenant, program);
    if (typeof terms === 'string') return;
    const recorded = await growthFactsOf(this.pool, tenant, members);
    const until: Terms = { ...terms, reviewedUntil: at };
    const reviews = members.map((member) =>
      this.review(
        member,
        recorded.get(member)!,
        until,
        { cause: `${program}/day/${formatInstant(at)}/${member}` },
        true,
      ),
    );
    await this.carryOut(tenant, reviews);
  }

  /** True where a window of the program's policy ends at that instant. */
  async endsWindow(tenant: string, program: string, at: Instant): Promise<boolean> {
    const terms = await this.terms(tenant, program);
    return typeof terms !== 'string' && terms.windowOf(at).start === at;
  }

  private review(
    member: string,
    facts: readonly GrowthFact[],
    { program, policy, version, windowOf, reviewedUntil }: Terms,
    cause: { cause: string; correlationId?: string },
    scheduled: boolean,
  ): MemberReview {
    const steps = tierHistory(policy, facts, windowOf, reviewedUntil);
    if (!scheduled) {
      const level = policy.levels.findIndex(({ tier }) => tier === steps.at(-1)?.tier);
      this.standings.remember(member, facts, level, windowOf);
    }
    const command = {
      kind: 'review-tier' as const,
      program,
      baseTier: policy.baseTier,
      history: steps.map(periodOf),
      policyVersion: String(version),
      scheduled,
    };
    return { member, command, ...cause };
  }

  private async carryOut(tenant: string, reviews: readonly MemberReview[]): Promise<void> {
    const { results } = await this.commands.review(tenant, reviews);
    results.forEach((result, index) => {
      if (result.kind !== 'failed') return;
      for (const { member } of reviews) this.standings.forget(member);
      throw new Error(`review of ${reviews[index]!.member} failed`, { cause: result.error });
    });
  }

  private async terms(tenant: string, program: string): Promise<Terms | 'unknown-program' | 'no-policy'> {
    const [declared, review] = await Promise.all([
      this.commands.tierPolicy(tenant, program),
      this.reference.reviewTerms(tenant, program),
    ]);
    if (!review) return 'unknown-program';
    if (!declared) return 'no-policy';
    return {
      program,
      ...declared,
      windowOf: windowsOf(declared.policy, review.zone),
      reviewedUntil: review.reviewedUntil,
    };
  }
}

function periodOf({ tier, validFrom }: TierStep): { tier: string; validFrom: string } {
  return { tier, validFrom: formatInstant(validFrom) };
}

function byMember(growth: readonly NewGrowth[]): Map<string, NewGrowth[]> {
  const groups = new Map<string, NewGrowth[]>();
  for (const one of growth) {
    const group = groups.get(one.member);
    if (group) group.push(one);
    else groups.set(one.member, [one]);
  }
  return groups;
}

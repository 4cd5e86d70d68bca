import { accountId } from '@tallystick/decider';
import {
  type GrowthFact,
  tierHistory,
  type TierPolicy,
  type TierStep,
  type Window,
} from '@tallystick/membership-domain';
import type { Pool } from '@tallystick/postgres';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { Reference, ReviewTerms } from '../adapters/reference';
import type { ReviewGate } from '../adapters/review-gate';
import { growthFactsOf, membersWithGrowth } from '../projections/growth/growth.query';
import type { MemberCommands, MemberReview } from './member-commands';
import { Standings } from './standings';
import { windowsOf } from './zoned-windows';

/** A growth change that may not be among the recorded facts yet. */
export interface NewGrowth extends GrowthFact {
  readonly member: string;
  /** Names it once: account and revision. */
  readonly id: string;
  readonly correlationId: string;
}

interface Terms extends ReviewTerms {
  readonly program: string;
  readonly policy: TierPolicy;
  readonly version: number;
  readonly windowOf: (at: Instant) => Window;
}

type Cause = Pick<MemberReview, 'cause' | 'correlationId'>;

const MEMBERS_AT_ONCE = 500;

/** Reviews tiers when growth has changed and when policy or time ask for it; what changes no tier costs no event. */
export class TierReviews {
  private readonly standings = new Standings();

  constructor(
    private readonly commands: MemberCommands,
    private readonly reference: Reference,
    private readonly pool: Pool,
    private readonly gate: ReviewGate,
  ) {}

  /**
   * Within the gate, and before the growth is recorded. False while the program's zone is not known: the caller tries
   * again later. True also where there is no tier policy.
   */
  async afterGrowth(
    tenant: string,
    program: string,
    growth: readonly NewGrowth[],
    assignment: number,
  ): Promise<boolean> {
    const terms = await this.terms(tenant, program);
    if (terms === 'unknown-program') return false;
    if (terms === 'no-policy') return true;
    const { version, zone, reviewedUntil, ahead } = terms;
    this.standings.restOn([tenant, program, version, zone, reviewedUntil, ahead, assignment].join('/'));
    const open = new Map<string, NewGrowth[]>();
    for (const [member, facts] of byMember(growth)) {
      if (!this.standings.absorbs(member, facts, terms)) open.set(member, facts);
    }
    if (open.size === 0) return true;
    const recorded = await this.recorded(tenant, program, [...open.keys()]);
    const reviews: MemberReview[] = [];
    for (const [member, fresh] of open) {
      const known = new Map(recorded.get(member));
      for (const fact of fresh) known.set(fact.id, fact);
      const facts = [...known.values()];
      const { id, correlationId } = fresh.at(-1)!;
      const steps = tierHistory(terms.policy, facts, terms.windowOf, reviewedUntil);
      this.standings.remember(member, facts, levelOf(terms.policy, steps), terms.windowOf);
      reviews.push(reviewOf(member, steps, terms, { cause: `${program}/growth/${id}`, correlationId }, false));
    }
    await this.carryOut(tenant, reviews);
    return true;
  }

  /** Reviews whoever holds growth by all that is recorded. Repeated, it finds nothing to change. `cause` names it once. */
  async everybody(tenant: string, program: string, cause: string): Promise<void> {
    if (typeof (await this.terms(tenant, program)) === 'string') return;
    for (let after: string | undefined; ;) {
      const page = await membersWithGrowth(this.pool, tenant, after, MEMBERS_AT_ONCE);
      if (page.length === 0) return;
      // A member holds an account in each program.
      const members = [...new Set(page.map(({ member }) => member))];
      await this.gate.alone(() => this.byRecord(tenant, program, members, cause));
      after = page.at(-1)!.account;
    }
  }

  /** True where a window of the program's policy ends at that instant. */
  async endsWindow(tenant: string, program: string, at: Instant): Promise<boolean> {
    const terms = await this.terms(tenant, program);
    return typeof terms !== 'string' && terms.windowOf(at).start === at;
  }

  private async byRecord(tenant: string, program: string, members: readonly string[], cause: string): Promise<void> {
    const terms = await this.terms(tenant, program);
    if (typeof terms === 'string') return;
    const recorded = await this.recorded(tenant, program, members);
    const reviews = members.map((member) => {
      const facts = [...recorded.get(member)!.values()];
      const steps = tierHistory(terms.policy, facts, terms.windowOf, terms.reviewedUntil);
      return reviewOf(member, steps, terms, { cause: `${program}/${cause}/${member}` }, true);
    });
    await this.carryOut(tenant, reviews);
  }

  private recorded(
    tenant: string,
    program: string,
    members: readonly string[],
  ): Promise<Map<string, Map<string, GrowthFact>>> {
    const accounts = members.map((member) => accountId(tenant, program, member));
    return growthFactsOf(this.pool, tenant, members, accounts);
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
    return { program, ...declared, ...review, windowOf: windowsOf(declared.policy, review.zone) };
  }
}

function reviewOf(
  member: string,
  steps: readonly TierStep[],
  { program, policy, version }: Terms,
  cause: Cause,
  scheduled: boolean,
): MemberReview {
  const command = {
    kind: 'review-tier' as const,
    program,
    baseTier: policy.baseTier,
    history: steps.map(({ tier, validFrom }) => ({ tier, validFrom: formatInstant(validFrom) })),
    policyVersion: String(version),
    scheduled,
  };
  return { member, command, ...cause };
}

function levelOf(policy: TierPolicy, steps: readonly TierStep[]): number {
  return policy.levels.findIndex(({ tier }) => tier === steps.at(-1)?.tier);
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

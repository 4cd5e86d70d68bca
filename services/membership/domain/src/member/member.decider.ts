import { type Decider, reject, UnknownEvent } from '@tallystick/decider';
import type { CardIssued, MemberEnrolled, MemberEvent, TierCause, TierChanged, TierPeriod } from './member.events';

/** Enrols a person whose identifiers the vault already holds; repeated, it answers the same member. */
export interface Enrol {
  readonly kind: 'enrol';
  readonly program: string;
  readonly at: string;
  readonly unit: string;
  readonly store: string;
}

export interface IssueCard {
  readonly kind: 'issue-card';
  readonly cardToken: string;
  readonly at: string;
}

/** The history that the tier policy gives for what is known of the member's growth now. */
export interface ReviewTier {
  readonly kind: 'review-tier';
  readonly program: string;
  readonly baseTier: string;
  readonly history: readonly TierPeriod[];
  readonly policyVersion: string;
  /** True where the review was asked for by the end of a day and not by a growth fact. */
  readonly scheduled: boolean;
}

export type MemberCommand = Enrol | IssueCard | ReviewTier;

export interface MemberState {
  readonly enrolled?: MemberEnrolled['data'];
  readonly cardTokens: readonly string[];
  readonly history: readonly TierPeriod[];
}

export type MemberRefusal = 'member-not-enrolled';

/** One member: enrolment, cards, tiers. A tier is reviewed for whoever holds growth, enrolled here or not (design §6). */
export const memberDecider: Decider<MemberState, MemberCommand, MemberEvent, MemberRefusal> = {
  kind: 'member',
  initial: () => ({ cardTokens: [], history: [] }),
  decide(command, state) {
    switch (command.kind) {
      case 'enrol': {
        if (state.enrolled) return [];
        const { program, at, unit, store } = command;
        return [{ type: 'MemberEnrolled', version: 1, data: { program, enrolledAt: at, unit, store } }];
      }
      case 'issue-card': {
        if (!state.enrolled) return reject('member-not-enrolled');
        if (state.cardTokens.includes(command.cardToken)) return [];
        const data = { cardToken: command.cardToken, issuedAt: command.at };
        return [{ type: 'CardIssued', version: 1, data }];
      }
      case 'review-tier':
        return reviewTier(command, state);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'MemberEnrolled':
        return { ...state, enrolled: event.data };
      case 'CardIssued':
        return { ...state, cardTokens: [...state.cardTokens, event.data.cardToken] };
      case 'TierChanged':
        return { ...state, history: event.data.history };
    }
  },
  invariants({ history }) {
    const broken: string[] = [];
    history.forEach(({ tier, validFrom }, index) => {
      const before = history[index - 1];
      if (before && before.validFrom >= validFrom)
        broken.push(`tier ${tier} at ${validFrom} does not follow ${before.validFrom}`);
      if (before && before.tier === tier) broken.push(`tier ${tier} follows itself`);
    });
    return broken;
  },
  refusals: {
    'member-not-enrolled': {
      family: 'unknown',
      retryable: true,
      precedence: 1,
      title: { en: 'There is no such member', zh: '会员不存在' },
    },
  },
  upcast(type, version, data) {
    if (version === 1 && type === 'MemberEnrolled') return { type, version, data: data as MemberEnrolled['data'] };
    if (version === 1 && type === 'CardIssued') return { type, version, data: data as CardIssued['data'] };
    if (version === 1 && type === 'TierChanged') return { type, version, data: data as TierChanged['data'] };
    throw new UnknownEvent(type, version);
  },
};

function reviewTier(command: ReviewTier, state: MemberState): readonly MemberEvent[] {
  const { program, history, baseTier, policyVersion, scheduled } = command;
  const at = firstDifference(state.history, history);
  if (at < 0) return [];
  const { tier, validFrom } = history.at(-1) ?? { tier: baseTier, validFrom: state.history[0]!.validFrom };
  const from = state.history.at(-1)?.tier ?? baseTier;
  const appended = at === state.history.length;
  const cause: TierCause = !appended ? 'correction' : scheduled ? 'review' : 'upgrade';
  return [{ type: 'TierChanged', version: 1, data: { program, tier, validFrom, from, cause, policyVersion, history } }];
}

/** Index of the first period that differs, -1 where the histories are equal. */
export function firstDifference(before: readonly TierPeriod[], after: readonly TierPeriod[]): number {
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    if (before[i]?.tier !== after[i]?.tier || before[i]?.validFrom !== after[i]?.validFrom) return i;
  }
  return -1;
}

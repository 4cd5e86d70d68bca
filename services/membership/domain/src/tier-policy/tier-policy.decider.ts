import { type Decider, type DomainEvent, reject, type Rejection, UnknownEvent } from '@tallystick/decider';

/** One tier and the growth value from which it is reached; decimal text. */
export interface TierLevel {
  readonly tier: string;
  readonly from: string;
}

/**
 * How growth value becomes a tier (capabilities G2, G3). `calendar-year`: the score of a window is the growth earned in
 * it; a tier reached in a window holds to the end of the next. `lifetime`: one window without end.
 */
export interface TierPolicy {
  /** The tier of a member who has reached none. */
  readonly baseTier: string;
  /** Ascending by `from`. */
  readonly levels: readonly TierLevel[];
  readonly window: 'calendar-year' | 'lifetime';
  /** `recompute`: at the end of a window the tier becomes what that window's score earned; `none`: it is kept. */
  readonly downgrade: 'recompute' | 'none';
}

export type TierPolicyDeclared = DomainEvent<'TierPolicyDeclared', TierPolicy>;

export interface DeclareTierPolicy {
  readonly kind: 'declare-tier-policy';
  readonly policy: TierPolicy;
}

export interface TierPolicyState {
  readonly policy?: TierPolicy;
}

export type TierPolicyRefusal = 'tier-levels-not-ascending' | 'tier-twice';

/** The tier policy of one program; the latest declaration counts, its version is the stream's revision. */
export const tierPolicyDecider: Decider<TierPolicyState, DeclareTierPolicy, TierPolicyDeclared, TierPolicyRefusal> = {
  kind: 'tierpolicy',
  initial: () => ({}),
  decide({ policy }, state) {
    const fault = faultOf(policy);
    if (fault) return fault;
    if (state.policy && same(state.policy, policy)) return [];
    return [{ type: 'TierPolicyDeclared', version: 1, data: policy }];
  },
  evolve: (_, { data }) => ({ policy: data }),
  invariants: () => [],
  refusals: {
    'tier-twice': {
      family: 'invalid',
      retryable: false,
      precedence: 1,
      title: { en: 'A tier is named twice', zh: '等级重复' },
    },
    'tier-levels-not-ascending': {
      family: 'invalid',
      retryable: false,
      precedence: 2,
      title: { en: 'Tiers must ascend by the growth value that reaches them', zh: '等级必须按所需成长值递增排列' },
    },
  },
  upcast(type, version, data) {
    if (type !== 'TierPolicyDeclared' || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data: data as TierPolicy };
  },
};

function faultOf({ baseTier, levels }: TierPolicy): Rejection<TierPolicyRefusal> | undefined {
  const names = new Set([baseTier]);
  let last = 0n;
  for (const { tier, from } of levels) {
    if (names.has(tier)) return reject('tier-twice', { tier });
    names.add(tier);
    if (BigInt(from) <= last) return reject('tier-levels-not-ascending', { tier, from });
    last = BigInt(from);
  }
  return undefined;
}

function same(a: TierPolicy, b: TierPolicy): boolean {
  return (
    a.baseTier === b.baseTier &&
    a.window === b.window &&
    a.downgrade === b.downgrade &&
    a.levels.length === b.levels.length &&
    a.levels.every((level, index) => level.tier === b.levels[index]!.tier && level.from === b.levels[index]!.from)
  );
}

import {
  canonicalJson,
  type Decider,
  type DomainEvent,
  reject,
  type RefusalTable,
  type Rejection,
  UnknownEvent,
} from '@tallystick/decider';
import { formatInstant, type Instant } from '@tallystick/vocabulary';

/** Why points are corrected, as the program names it; the texts are what people are shown. */
export interface AdjustmentReason {
  readonly code: string;
  readonly en: string;
  readonly zh: string;
}

/** What one person may adjust of an asset without a second one; whole points of the asset, credits and debits alike. */
export interface AdjustmentLimit {
  readonly asset: string;
  /** The largest single adjustment; a larger one waits for approval. */
  readonly alone: string;
  /** The largest sum of one maker's unapproved adjustments in a day of the program's zone; not below `alone`. */
  readonly daily: string;
}

/** What a program decides about corrections by hand (capabilities L11) and about disputes (L23). */
export interface AdjustmentPolicy {
  readonly reasons: readonly AdjustmentReason[];
  /** At most one an asset; an asset that is not named has no limit. */
  readonly limits: readonly AdjustmentLimit[];
  /** Whole days, 1 to 365, that a dispute may stay open; the day on which it is opened is not counted. */
  readonly disputeDays: string;
}

export type AdjustmentPolicyDeclared = DomainEvent<
  'AdjustmentPolicyDeclared',
  AdjustmentPolicy & { readonly validFrom: string }
>;

export interface DeclareAdjustmentPolicy {
  readonly kind: 'declare-adjustment-policy';
  readonly policy: AdjustmentPolicy;
  readonly at: Instant;
}

export interface AdjustmentPolicyState {
  readonly policy?: AdjustmentPolicy;
}

export type AdjustmentPolicyRefusal = 'adjustment-policy-invalid' | 'reason-unknown' | 'self-dealing';

/** What a program that has declared nothing has: five reasons, no limits, 15 days for a dispute. */
export const DEFAULT_ADJUSTMENT_POLICY: AdjustmentPolicy = {
  reasons: [
    { code: 'goodwill', en: 'Goodwill', zh: '客户关怀' },
    { code: 'correction', en: 'Correction of an error', zh: '差错更正' },
    { code: 'dispute', en: 'Outcome of a dispute', zh: '申诉处理结果' },
    { code: 'fraud', en: 'Fraud', zh: '欺诈' },
    { code: 'migration', en: 'Migration', zh: '系统迁移' },
  ],
  limits: [],
  disputeDays: '15',
};

/** The adjustment policy of one program: the latest declaration counts for every adjustment that is asked for after it. */
export const adjustmentPolicyDecider: Decider<
  AdjustmentPolicyState,
  DeclareAdjustmentPolicy,
  AdjustmentPolicyDeclared,
  AdjustmentPolicyRefusal
> = {
  kind: 'adjustmentpolicy',
  initial: () => ({}),
  decide({ policy, at }, state) {
    const part = faultOfAdjustmentPolicy(policy);
    if (part) return reject('adjustment-policy-invalid', { part });
    if (state.policy && canonicalJson(state.policy) === canonicalJson(policy)) return [];
    return [{ type: 'AdjustmentPolicyDeclared', version: 1, data: { ...policy, validFrom: formatInstant(at) } }];
  },
  evolve(_, { data: { validFrom: __, ...policy } }) {
    return { policy };
  },
  invariants: () => [],
  refusals: {
    'adjustment-policy-invalid': {
      family: 'invalid',
      retryable: false,
      precedence: 1,
      title: { en: 'A part of the adjustment policy cannot be', zh: '调整策略中有无效的部分' },
    },
    'self-dealing': {
      family: 'forbidden',
      retryable: false,
      precedence: 2,
      title: { en: 'Nobody favours their own account by hand', zh: '不得为本人账户手工办理调整或优惠' },
    },
    'reason-unknown': {
      family: 'invalid',
      retryable: false,
      precedence: 3,
      title: { en: 'The program does not know this reason', zh: '该计划未登记此原因代码' },
    },
  } satisfies RefusalTable<AdjustmentPolicyRefusal>,
  upcast(type, version, data) {
    if (type !== 'AdjustmentPolicyDeclared' || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data: data as AdjustmentPolicyDeclared['data'] };
  },
};

/** How an adjustment is carried out: by its maker alone, within a daily sum where there is one, or once it is approved. */
export type AdjustmentWay =
  { readonly kind: 'alone'; readonly daily?: bigint } | { readonly kind: 'approval'; readonly alone: bigint };

/**
 * Which way an adjustment of a signed amount has to go; refuses a reason that the program has not declared (capabilities
 * L11; trust cases 71, 72).
 */
export function wayOfAdjustment(
  policy: AdjustmentPolicy,
  { asset, amount, reason }: { readonly asset: string; readonly amount: bigint; readonly reason: string },
): AdjustmentWay | Rejection<AdjustmentPolicyRefusal> {
  if (!policy.reasons.some(({ code }) => code === reason)) return reject('reason-unknown', { reason });
  const limit = policy.limits.find((one) => one.asset === asset);
  if (!limit) return { kind: 'alone' };
  const alone = BigInt(limit.alone);
  return magnitudeOf(amount) > alone ? { kind: 'approval', alone } : { kind: 'alone', daily: BigInt(limit.daily) };
}

/** What an adjustment counts for a limit, whether it credits or debits. */
export function magnitudeOf(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

const REASON = /^[a-z0-9][a-z0-9-]{0,23}$/;
const ASSET = /^[A-Z][A-Z0-9-]{0,31}$/;
const AMOUNT = /^(0|[1-9][0-9]{0,15})$/;
const DAYS = /^[1-9][0-9]{0,2}$/;

function faultOfAdjustmentPolicy(policy: AdjustmentPolicy): keyof AdjustmentPolicy | undefined {
  const { reasons, limits, disputeDays } = policy;
  const codes = new Set(reasons.map(({ code }) => code));
  if (codes.size === 0 || codes.size !== reasons.length) return 'reasons';
  if (!reasons.every(({ code, en, zh }) => REASON.test(code) && en !== '' && zh !== '')) return 'reasons';
  if (new Set(limits.map(({ asset }) => asset)).size !== limits.length || !limits.every(isLimit)) return 'limits';
  return DAYS.test(disputeDays) && Number(disputeDays) <= 365 ? undefined : 'disputeDays';
}

function isLimit({ asset, alone, daily }: AdjustmentLimit): boolean {
  return ASSET.test(asset) && AMOUNT.test(alone) && AMOUNT.test(daily) && BigInt(daily) >= BigInt(alone);
}

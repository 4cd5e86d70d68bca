import { parseDate, parseRational, type RoundingMode } from '@tallystick/vocabulary';
import type { Clawback } from '../account/account.state';
import { type ExpiryRule, PERIODS } from './expiry';

/** When a lot becomes available: so many days after it was earned, or on an event of its purchase (capabilities L4). */
export interface Maturity {
  readonly days?: string;
  readonly on?: string;
}

/** Limits of one kind, whole points of the asset as decimal text; days, weeks from Monday and months are the program's. */
export interface CapLimits {
  readonly transaction?: string;
  readonly day?: string;
  readonly week?: string;
  readonly month?: string;
  readonly life?: string;
}

/** What may be earned and spent of an asset by one account (capabilities L17); absent: without limit. */
export interface Caps {
  /** What purchases grant, before returns: what was earned and returned was earned. */
  readonly earn?: CapLimits;
  /** What is held or was redeemed; released, lapsed and cancelled amounts are given back. Beyond it a hold is refused. */
  readonly spend?: CapLimits;
  /** What the account has, pending, available and held together; beyond it a credit or an exchange is refused. */
  readonly balance?: string;
  /** For what purchases give, default `cut`: what fits is granted; `reject`: nothing is where not all fits. */
  readonly onExceed?: 'cut' | 'reject';
}

/**
 * What a program counts; every kind but a `score`, a sum that is never spent, lies in lots. `count`: punches of a count card,
 * whole units. `stored`: a top-up makes a lot of what was paid and one of what was given on top. `credit`: what is spent is
 * owed until it is repaid (capabilities CD2, L16).
 */
export type AssetKind = (typeof ASSET_KINDS)[number];
export const ASSET_KINDS = ['points', 'score', 'count', 'stored', 'credit'] as const;

/** Which part of stored value is spent first: what was paid, what was given on top, or of each in proportion. */
export type StoredOrder = (typeof STORED_ORDERS)[number];
export const STORED_ORDERS = ['principal_first', 'gifted_first', 'pro_rata'] as const;

/**
 * What a program decides about an asset that lies in lots; numbers are decimal text. What it does not say has the default
 * of capabilities §3, see {@link termsOf}.
 */
export interface AssetPolicy {
  /** Absent: a lot never expires. */
  readonly expiry?: ExpiryRule;
  /** Where the life of a lot begins; default `earning`. */
  readonly expiryFrom?: 'earning' | 'activation';
  /** Absent: a lot is available at once. */
  readonly maturity?: Maturity;
  /** What a reversal may take for what was spent; default `within_balance`. */
  readonly clawback?: Clawback;
  /** `protect`: a lot lives as long as the hold that took it; `lapse`: the hold ends with its first lot that does. */
  readonly expireUnderHold?: 'protect' | 'lapse';
  /** How long a lot lives again whose date has passed when its redemption is cancelled; default 7 (capabilities L9). */
  readonly cancelGraceDays?: string;
  /** How long a hold lives: where its caller does not say (default 900), and at most (default 86,400). */
  readonly holdTtlSeconds?: { readonly default?: string; readonly most?: string };
  /** Lots of a lower one are drawn first (capabilities L3); default 0. */
  readonly priority?: string;
  /** What it may be exchanged for (capabilities L16); absent: nothing. */
  readonly exchange?: readonly ExchangeTerms[];
  /** Absent: no caps. */
  readonly caps?: Caps;
  /** Which assets, in which order, pay what is due in this one where a mixed hold names none (capabilities L16). */
  readonly spendOrder?: readonly string[];
  /** Only for `stored`; default `principal_first` (decision record 0032). */
  readonly storedOrder?: StoredOrder;
  /** Only for `credit`: days until what was spent is to be repaid, that day included; default 30. */
  readonly dueDays?: string;
  /** Absent: nothing is lent (capabilities L22). */
  readonly loan?: LoanTerms;
  /** Absent: what has expired stays so (capabilities L22). */
  readonly reactivation?: ReactivationTerms;
}

/** What may be owed at once, by tier, and for how many days: who has none of the tiers may owe `limit`. */
export interface LoanTerms {
  readonly limit: string;
  readonly tiers?: readonly { readonly tier: string; readonly limit: string }[];
  readonly dueDays: string;
}

/** Within how many days of its date a lot may live again, and for how many. */
export interface ReactivationTerms {
  readonly withinDays: string;
  readonly livesDays: string;
}

/** What one point of an asset gives of another: a rational such as `3/2`, rounded once, by default down. */
export interface ExchangeTerms {
  readonly to: string;
  readonly rate: string;
  readonly rounding?: RoundingMode;
}

/** An asset's policy with every default filled in. */
export interface AssetTerms {
  readonly expiry?: ExpiryRule;
  readonly expiryFrom: 'earning' | 'activation';
  readonly maturity?: Maturity;
  /** Absent: `within_balance`. */
  readonly clawback?: Clawback;
  readonly expireUnderHold: 'protect' | 'lapse';
  readonly cancelGraceDays: number;
  readonly holdTtlSeconds: { readonly default: number; readonly most: number };
  readonly priority: number;
  readonly exchange: readonly ExchangeTerms[];
  readonly caps?: Caps;
  readonly storedOrder: StoredOrder;
  readonly spendOrder?: readonly string[];
  readonly dueDays: number;
  readonly loan?: LoanTerms;
  readonly reactivation?: ReactivationTerms;
}

/**
 * What holds for an asset whose program has declared this policy, or none (capabilities §3). What was paid for is never taken
 * for what something else gave: of stored value, counts and credit a reversal takes its own lot alone.
 */
export function termsOf(policy: AssetPolicy = {}, kind: AssetKind = 'points'): AssetTerms {
  const { expiry, expiryFrom = 'earning', maturity, expireUnderHold = 'protect' } = policy;
  const clawback = policy.clawback ?? (kind === 'points' || kind === 'score' ? undefined : 'same_lot');
  const { default: usual, most } = policy.holdTtlSeconds ?? {};
  const longest = Number(most ?? 86_400);
  return {
    expiry,
    expiryFrom,
    maturity,
    clawback,
    expireUnderHold,
    cancelGraceDays: Number(policy.cancelGraceDays ?? 7),
    holdTtlSeconds: { default: Number(usual ?? Math.min(900, longest)), most: longest },
    priority: Number(policy.priority ?? 0),
    exchange: policy.exchange ?? [],
    caps: policy.caps,
    storedOrder: policy.storedOrder ?? 'principal_first',
    spendOrder: policy.spendOrder,
    dueDays: Number(policy.dueDays ?? 30),
    loan: policy.loan,
    reactivation: policy.reactivation,
  };
}

/** The part of a policy that cannot be for an asset of this kind; `undefined` where all of it can. */
export function faultOfPolicy(policy: AssetPolicy, kind: AssetKind): keyof AssetPolicy | undefined {
  return (
    ONLY_OF.find(([part, kinds]) => policy[part] !== undefined && !kinds.includes(kind))?.[0] ?? faultOf(policy, kind)
  );
}

/** Parts that only some kinds have: what was paid for, or lent, neither waits nor becomes anything else. */
const ONLY_OF: readonly (readonly [keyof AssetPolicy, readonly AssetKind[]])[] = [
  ['expiry', ['points', 'count', 'stored']],
  ['maturity', ['points', 'count']],
  ['caps', ['points', 'count', 'stored']],
  ['exchange', ['points', 'count', 'stored']],
  ['storedOrder', ['stored']],
  ['dueDays', ['credit']],
  ['loan', ['points']],
  ['reactivation', ['points', 'count']],
];

function faultOf(policy: AssetPolicy, kind: AssetKind): keyof AssetPolicy | undefined {
  const { expiry, expiryFrom, maturity, clawback, cancelGraceDays, priority, exchange = [] } = policy;
  if (expiry && !isExpiry(expiry)) return 'expiry';
  if (maturity && !isMaturity(maturity)) return 'maturity';
  // When the event will come nobody knows, and the date of a lot is said when it is granted.
  if (expiryFrom === 'activation' && (!expiry || maturity?.days === undefined)) return 'expiryFrom';
  const clawbacks = kind === 'points' ? CLAWBACK : OWN_LOT_ONLY;
  if (clawback !== undefined && !clawbacks.test(clawback)) return 'clawback';
  if (cancelGraceDays !== undefined && !WHOLE.test(cancelGraceDays)) return 'cancelGraceDays';
  if (priority !== undefined && !PRIORITY.test(priority)) return 'priority';
  const { default: usual, most } = termsOf(policy).holdTtlSeconds;
  if (!(usual >= 1 && usual <= most && most <= LONGEST_HOLD)) return 'holdTtlSeconds';
  if (policy.caps && !isCaps(policy.caps)) return 'caps';
  if (policy.storedOrder !== undefined && !STORED_ORDERS.includes(policy.storedOrder)) return 'storedOrder';
  const { dueDays, loan, reactivation, spendOrder } = policy;
  if (spendOrder && !isSpendOrder(spendOrder)) return 'spendOrder';
  if (dueDays !== undefined && !COUNT.test(dueDays)) return 'dueDays';
  if (loan && !isLoan(loan)) return 'loan';
  if (reactivation && !(COUNT.test(reactivation.withinDays) && COUNT.test(reactivation.livesDays)))
    return 'reactivation';
  return exchange.every(isExchange) ? undefined : 'exchange';
}

/** The windows of caps. */
export const CAP_WINDOWS = ['transaction', 'day', 'week', 'month', 'life'] as const;

function isCaps({ earn = {}, spend = {}, balance, onExceed = 'cut' }: Caps): boolean {
  const limits = [balance, ...CAP_WINDOWS.flatMap((window) => [earn[window], spend[window]])];
  const said = limits.filter((limit) => limit !== undefined);
  return said.length > 0 && said.every((limit) => LIMIT.test(limit)) && (onExceed === 'cut' || onExceed === 'reject');
}

function isSpendOrder(assets: readonly string[]): boolean {
  return assets.length > 0 && new Set(assets).size === assets.length && assets.every((asset) => ASSET.test(asset));
}

function isLoan({ limit, tiers = [], dueDays }: LoanTerms): boolean {
  const limits = [limit, ...tiers.map((one) => one.limit)];
  const names = new Set(tiers.map(({ tier }) => tier));
  return COUNT.test(dueDays) && names.size === tiers.length && limits.every((one) => LIMIT.test(one));
}

function isExchange({ to, rate, rounding = 'floor' }: ExchangeTerms): boolean {
  const parsed = parseRational(rate);
  return ASSET.test(to) && parsed !== undefined && parsed.numerator > 0n && ROUNDINGS.includes(rounding);
}

const ASSET = /^[A-Z][A-Z0-9-]{0,31}$/;
const ROUNDINGS: readonly RoundingMode[] = ['floor', 'half-up', 'ceil'];
const WHOLE = /^(0|[1-9][0-9]{0,4})$/;
const PRIORITY = /^(0|-?[1-9][0-9]{0,2})$/;
const COUNT = /^[1-9][0-9]{0,4}$/;
const LIMIT = /^(0|[1-9][0-9]{0,15})$/;
const EVENT = /^[a-z0-9][a-z0-9-]{0,23}$/;
const CLAWBACK = /^(only_pending|same_lot|within_balance|unlimited|floor:(0|[1-9][0-9]{0,15}))$/;
const OWN_LOT_ONLY = /^(only_pending|same_lot)$/;
/** A year, in seconds. */
const LONGEST_HOLD = 31_536_000;

function isExpiry({ days, months, endOf, plus, date }: ExpiryRule): boolean {
  if ([days, months, endOf, date].filter((one) => one !== undefined).length !== 1) return false;
  if (plus !== undefined && (endOf === undefined || !WHOLE.test(plus))) return false;
  if (days !== undefined) return COUNT.test(days);
  if (months !== undefined) return COUNT.test(months) && Number(months) <= 1_200;
  return endOf !== undefined ? PERIODS.includes(endOf) : parseDate(date!) !== undefined;
}

function isMaturity({ days, on }: Maturity): boolean {
  if (days !== undefined) return on === undefined && COUNT.test(days);
  return on !== undefined && EVENT.test(on);
}

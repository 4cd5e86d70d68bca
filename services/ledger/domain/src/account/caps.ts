import { formatInstant, instant, least, splitByLargestRemainder } from '@tallystick/vocabulary';
import type {
  ApplyEvaluation,
  EarnCaps,
  EarnWindow,
  GrantedAmount,
  LinkedReturn,
  ReturnedAmount,
} from './account.commands';
import type { Allocated, PointsAccrued, Reference } from './account.events';
import { type Clawback, keyOf } from './account.state';
import { inFactOrder } from './fact-order';

/** A grant as it was asked for, before a cap cut it; absent is what is absent of a grant. */
export interface UncutGrant {
  readonly asset: string;
  readonly score?: true;
  readonly amount: string;
  readonly unitCost: string;
  readonly expiresAt?: string;
  readonly priority?: string;
  readonly activatesAt?: string;
  readonly activatesOn?: string;
  readonly allocation: readonly Allocated[];
  readonly caps?: {
    readonly onExceed: EarnCaps['onExceed'];
    readonly windows: readonly (readonly [window: string, key: string, limit: string])[];
  };
}

/** A return as it asked, before its purchase was cut. */
export interface UncutReturn {
  readonly return: Reference;
  readonly effectiveAt: string;
  readonly store: string;
  readonly amounts: readonly {
    readonly asset: string;
    readonly score?: true;
    readonly amount: string;
    readonly clawback?: string;
  }[];
}

/** The whole picture of a purchase before caps: what it lost is the difference to what its event grants. */
export interface UncutPicture {
  readonly issuer: string;
  readonly grants: readonly UncutGrant[];
  readonly returns: readonly UncutReturn[];
}

/** A picture as far as facts are drawn from it. */
export type PurchasePicture = Omit<ApplyEvaluation, 'tenant' | 'account'>;

/** What the account keeps of a purchase that a cap is in force for, so that a late fact can change what it gets. */
export interface CappedPurchase {
  readonly uncut: UncutPicture;
  /** The same, read. */
  readonly picture: PurchasePicture;
  /** What it gets now, by asset; absent where that is nothing. */
  readonly earned: ReadonlyMap<string, bigint>;
}

/** A picture after caps; it says what it was before them, where it has any. */
export type CutEvaluation = PurchasePicture & { readonly uncut?: UncutPicture };

/**
 * What each picture gets once earn caps are applied (capabilities L17): in fact order, each as much as the windows that it
 * lies in have left, or under `reject` all or nothing. So it is a function of the pictures and never of their arrival
 * (L13). Returns give no room back: what was earned and returned was earned.
 */
export function cutByCaps(pictures: readonly PurchasePicture[]): Map<string, PurchasePicture> {
  const earned = new Map<string, bigint>();
  const inOrder = [...pictures].sort((a, b) => inFactOrder(placeOf(a), placeOf(b)));
  return new Map(inOrder.map((picture) => [keyOf(picture.purchase), cut(picture, earned)]));
}

/** What a picture gets that sorts after all others that caps are in force for: the same, without a look at their cuts. */
export function cutLast(picture: PurchasePicture, others: readonly CappedPurchase[]): PurchasePicture {
  const earned = new Map<string, bigint>();
  for (const { asset, caps } of picture.grants) {
    for (const one of caps?.windows ?? []) {
      if (one.window !== 'transaction') earned.set(nameOf(asset, one), earnedIn(one, asset, others));
    }
  }
  return cut(picture, earned);
}

function earnedIn({ window, key }: EarnWindow, asset: string, others: readonly CappedPurchase[]): bigint {
  let sum = 0n;
  for (const { picture, earned } of others) {
    const grant = picture.grants.find((one) => one.asset === asset);
    const isIn = grant?.caps?.windows.some((one) => one.key === key && one.window === window);
    if (isIn) sum += earned.get(asset) ?? 0n;
  }
  return sum;
}

/** True where a purchase gets what it got: then its returns take what they took, too. */
export function getsTheSame({ grants }: PurchasePicture, { earned }: CappedPurchase): boolean {
  return grants.every(({ asset, caps, amount }) => !caps || (earned.get(asset) ?? 0n) === amount);
}

/** True where a purchase sorts after all others that caps are in force for. */
export function isLast(picture: PurchasePicture, others: readonly CappedPurchase[]): boolean {
  const place = placeOf(picture);
  for (const other of others) if (inFactOrder(placeOf(other.picture), place) >= 0) return false;
  return true;
}

/** What the event of a capped purchase says of it: from this it is read, and read again out of a snapshot. */
export type CappedText = Pick<
  PointsAccrued['data'],
  'program' | 'holder' | 'purchase' | 'evaluationRevision' | 'effectiveAt' | 'store' | 'receipt'
> & { readonly uncut: UncutPicture; readonly grants: readonly { readonly asset: string; readonly amount: string }[] };

/** The inverse of {@link cappedBy}. */
export function cappedText({ picture, uncut, earned }: CappedPurchase): CappedText {
  const { program, holder, purchase, revision, effectiveAt, store, receipt } = picture;
  const grants = [...earned].map(([asset, amount]) => ({ asset, amount: String(amount) }));
  const said = { evaluationRevision: String(revision), effectiveAt: formatInstant(effectiveAt) };
  return { program, holder, purchase, ...said, store, receipt, uncut, grants };
}

/** What is kept of the event of a capped purchase. */
export function cappedBy(data: CappedText): CappedPurchase {
  const { program, holder, purchase, evaluationRevision, effectiveAt, store, receipt, uncut, grants } = data;
  const picture: PurchasePicture = {
    kind: 'apply-evaluation',
    program,
    holder,
    purchase,
    revision: Number(evaluationRevision),
    effectiveAt: instant(effectiveAt),
    issuer: uncut.issuer,
    store,
    receipt,
    grants: uncut.grants.map(grantOf),
    returns: uncut.returns.map(returnOf),
    capped: true,
  };
  return { uncut, picture, earned: new Map(grants.map(({ asset, amount }) => [asset, BigInt(amount)])) };
}

function placeOf({ purchase, effectiveAt }: PurchasePicture) {
  return { kind: 'accrual' as const, at: effectiveAt, ...purchase };
}

function cut(picture: PurchasePicture, earned: Map<string, bigint>): PurchasePicture {
  const lost = new Map<string, Cut>();
  const grants = picture.grants.map((grant) => {
    if (!grant.caps) return grant;
    const amount = within(grant, grant.caps, earned);
    if (amount === grant.amount) return grant;
    lost.set(grant.asset, { asked: grant.amount, earned: amount });
    return { ...grant, amount, allocation: allocated(grant.allocation, amount) };
  });
  return lost.size === 0 ? picture : { ...picture, grants, returns: returnsOf(picture, lost) };
}

function within({ asset, amount }: GrantedAmount, { onExceed, windows }: EarnCaps, earned: Map<string, bigint>) {
  let room = amount;
  for (const one of windows) {
    const used = one.window === 'transaction' ? 0n : (earned.get(nameOf(asset, one)) ?? 0n);
    room = least(room, one.limit > used ? one.limit - used : 0n);
  }
  const granted = room < amount && onExceed === 'reject' ? 0n : room;
  for (const one of windows) {
    const name = nameOf(asset, one);
    earned.set(name, (earned.get(name) ?? 0n) + granted);
  }
  return granted;
}

function nameOf(asset: string, { window, key }: EarnWindow): string {
  return `${asset} ${window} ${key}`;
}

function allocated(allocation: readonly Allocated[], amount: bigint): Allocated[] {
  if (allocation.length === 0) return [];
  const parts = splitByLargestRemainder(
    amount,
    allocation.map(([, , share]) => BigInt(share)),
  );
  return allocation.map(([line, rule], index) => [line, rule, String(parts[index]!)]);
}

interface Cut {
  readonly asked: bigint;
  readonly earned: bigint;
}

/** A return takes back what the purchase gives less once it is kept in part: what the cap had cut is given up first. */
function returnsOf({ returns, effectiveAt }: PurchasePicture, cuts: ReadonlyMap<string, Cut>): LinkedReturn[] {
  const kept = new Map([...cuts].map(([asset, { asked }]) => [asset, asked]));
  const inOrder = [...returns].sort((a, b) =>
    inFactOrder(placeOfReturn(a, effectiveAt), placeOfReturn(b, effectiveAt)),
  );
  return inOrder.map((one) => ({
    ...one,
    amounts: one.amounts.map((asked) => {
      const of = cuts.get(asked.asset);
      if (!of) return asked;
      const before = kept.get(asked.asset)!;
      const after = before > asked.amount ? before - asked.amount : 0n;
      kept.set(asked.asset, after);
      return { ...asked, amount: least(before, of.earned) - least(after, of.earned) };
    }),
  }));
}

function placeOfReturn({ return: reference, effectiveAt }: LinkedReturn, earnedAt: ApplyEvaluation['effectiveAt']) {
  return { kind: 'reversal' as const, at: effectiveAt > earnedAt ? effectiveAt : earnedAt, ...reference };
}

/** A picture before caps, in the form in which its event keeps it. */
export function uncutOf({ issuer, grants, returns }: PurchasePicture): UncutPicture {
  return { issuer, grants: grants.map(grantText), returns: returns.map(returnText) };
}

function grantText(grant: GrantedAmount): UncutGrant {
  const { asset, score, amount, unitCost, expiresAt, priority, activatesAt, activatesOn, allocation, caps } = grant;
  return {
    asset,
    ...(score && { score }),
    amount: String(amount),
    unitCost,
    ...(expiresAt !== undefined && { expiresAt: formatInstant(expiresAt) }),
    ...(priority !== undefined && { priority: String(priority) }),
    ...(activatesAt !== undefined && { activatesAt: formatInstant(activatesAt) }),
    ...(activatesOn !== undefined && { activatesOn }),
    allocation,
    ...(caps && {
      caps: {
        onExceed: caps.onExceed,
        windows: caps.windows.map(({ window, key, limit }) => [window, key, String(limit)] as const),
      },
    }),
  };
}

function grantOf({ score, amount, expiresAt, priority, activatesAt, activatesOn, caps, ...said }: UncutGrant) {
  return {
    ...said,
    score: score === true,
    amount: BigInt(amount),
    ...(expiresAt !== undefined && { expiresAt: instant(expiresAt) }),
    ...(priority !== undefined && { priority: Number(priority) }),
    ...(activatesAt !== undefined && { activatesAt: instant(activatesAt) }),
    ...(activatesOn !== undefined && { activatesOn }),
    ...(caps && {
      caps: {
        onExceed: caps.onExceed,
        windows: caps.windows.map(([window, key, limit]) => {
          return { window: window as EarnCaps['windows'][number]['window'], key, limit: BigInt(limit) };
        }),
      },
    }),
  };
}

function returnText({ return: { source, id }, effectiveAt, store, amounts }: LinkedReturn): UncutReturn {
  return {
    return: { source, id },
    effectiveAt: formatInstant(effectiveAt),
    store,
    amounts: amounts.map(({ asset, score, amount, clawback }) => ({
      asset,
      ...(score && { score }),
      amount: String(amount),
      ...(clawback !== undefined && { clawback }),
    })),
  };
}

function returnOf({ return: reference, effectiveAt, store, amounts }: UncutReturn): LinkedReturn {
  return {
    return: reference,
    effectiveAt: instant(effectiveAt),
    store,
    amounts: amounts.map(({ asset, score, amount, clawback }): ReturnedAmount => ({
      asset,
      score: score === true,
      amount: BigInt(amount),
      ...(clawback !== undefined && { clawback: clawback as Clawback }),
    })),
  };
}

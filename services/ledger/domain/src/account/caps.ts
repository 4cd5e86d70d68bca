import { formatInstant, instant, least, splitByLargestRemainder } from '@tallystick/vocabulary';
import type { ApplyEvaluation, EarnCaps, GrantedAmount, LinkedReturn, ReturnedAmount } from './account.commands';
import type { Allocated, Reference } from './account.events';
import { type AccountState, type Clawback, keyOf } from './account.state';
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

/** What the account keeps of a purchase that a cap is in force for, so that a late fact can change what it gets. */
export interface CappedPurchase {
  readonly purchase: Reference;
  readonly evaluationRevision: string;
  readonly effectiveAt: string;
  readonly store: string;
  readonly receipt: string;
  readonly uncut: UncutPicture;
}

/** A picture after caps; it says what it was before them, where it has any. */
export type CutEvaluation = ApplyEvaluation & { readonly uncut?: UncutPicture };

/**
 * What each picture gets once earn caps are applied (capabilities L17): in fact order, each as much as the windows that it
 * lies in have left, or under `reject` all or nothing. So it is a function of the pictures and never of their arrival
 * (L13). Returns give no room back: what was earned and returned was earned.
 */
export function cutByCaps(pictures: readonly ApplyEvaluation[]): Map<string, CutEvaluation> {
  const earned = new Map<string, bigint>();
  const inOrder = [...pictures].sort((a, b) => inFactOrder(placeOf(a), placeOf(b)));
  return new Map(inOrder.map((picture) => [keyOf(picture.purchase), cut(picture, earned)]));
}

/** True where both grant and ask back the same. */
export function isCutAlike(a: CutEvaluation | undefined, b: CutEvaluation): boolean {
  return a !== undefined && amountsOf(a) === amountsOf(b);
}

/** The pictures of an account that a cap is in force for, as commands for its holder. */
export function cappedPictures({ capped }: AccountState, { tenant, account, program, holder }: ApplyEvaluation) {
  return [...(capped?.values() ?? [])].map((one): ApplyEvaluation => {
    const { purchase, evaluationRevision, effectiveAt, store, receipt, uncut } = one;
    return {
      kind: 'apply-evaluation',
      tenant,
      account,
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
  });
}

function placeOf({ purchase, effectiveAt }: ApplyEvaluation) {
  return { kind: 'accrual' as const, at: effectiveAt, ...purchase };
}

function cut(picture: ApplyEvaluation, earned: Map<string, bigint>): CutEvaluation {
  const uncut = uncutOf(picture);
  const lost = new Map<string, Cut>();
  const grants = picture.grants.map((grant) => {
    if (!grant.caps) return grant;
    const amount = within(grant, grant.caps, earned);
    if (amount === grant.amount) return grant;
    lost.set(grant.asset, { asked: grant.amount, earned: amount });
    return { ...grant, amount, allocation: allocated(grant.allocation, amount) };
  });
  return { ...picture, grants, returns: lost.size === 0 ? picture.returns : returnsOf(picture, lost), uncut };
}

function within({ asset, amount }: GrantedAmount, { onExceed, windows }: EarnCaps, earned: Map<string, bigint>) {
  let room = amount;
  for (const { window, key, limit } of windows) {
    const used = window === 'transaction' ? 0n : (earned.get(`${asset} ${window} ${key}`) ?? 0n);
    room = least(room, limit > used ? limit - used : 0n);
  }
  const granted = room < amount && onExceed === 'reject' ? 0n : room;
  for (const { window, key } of windows) {
    const name = `${asset} ${window} ${key}`;
    earned.set(name, (earned.get(name) ?? 0n) + granted);
  }
  return granted;
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
function returnsOf({ returns, effectiveAt }: ApplyEvaluation, cuts: ReadonlyMap<string, Cut>): LinkedReturn[] {
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

function amountsOf({ grants, returns }: ApplyEvaluation): string {
  const asked = returns.map((one) => `${keyOf(one.return)} ${one.amounts.map(({ amount }) => amount).join(' ')}`);
  return [...grants.map(({ asset, amount }) => `${asset} ${amount}`), ...asked.sort()].join();
}

function uncutOf({ issuer, grants, returns }: ApplyEvaluation): UncutPicture {
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

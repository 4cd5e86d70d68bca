import type { Caller } from '@tallystick/http';
import type { AccountEvent, GrantedBy, PointsGranted, PointsWithdrawn } from '@tallystick/ledger-domain';
import type { Instant } from '@tallystick/vocabulary';
import type { CarriedOut } from '../application/account-decisions';
import type { ProgramAssets } from '../application/program-assets';
import { accountIn, recordedOf, requireUnit } from './decisions';
import type { GrantAnswer, PointSaleRequest } from './grants.dto';

type Granting = Pick<PointSaleRequest, 'member' | 'asset' | 'unit' | 'store'>;

/** What every command says that brings lots; refuses a unit that the credential is not bound to. */
export function grantingOf(
  caller: Caller,
  path: string,
  { member, asset, unit, store }: Granting,
  assets: ProgramAssets,
  at: Instant,
) {
  requireUnit(caller, unit);
  const { tenant, program } = caller;
  const [unitCost, scope] = [assets.unitCostOf(asset, at), assets.scopeOf(asset, at)];
  const balanceCap = assets.balanceCapOf(asset, at)?.most;
  const on = { tenant, program, account: accountIn(path), at, holder: member };
  return { ...on, asset, unit, store, unitCost, scope, balanceCap };
}

/** Tells the grant of a kind that a caller has named. */
export function isGrant(by: GrantedBy, grant: string): (event: AccountEvent) => event is PointsGranted {
  return (event): event is PointsGranted =>
    event.type === 'PointsGranted' && event.data.by === by && event.data.grant === grant;
}

/** Tells the withdrawal of a kind that a caller has named. */
export function isWithdrawal(
  by: PointsWithdrawn['data']['by'],
  withdrawal: string,
): (event: AccountEvent) => event is PointsWithdrawn {
  return (event): event is PointsWithdrawn =>
    event.type === 'PointsWithdrawn' && event.data.by === by && event.data.withdrawal === withdrawal;
}

export function grantAnswer(done: CarriedOut<PointsGranted> & { readonly event: PointsGranted }): GrantAnswer {
  const { grant, asset, amount, slices, lots, dueAt } = done.event.data;
  const granted = slices.map(([lot, , , part], index) => {
    const { expiresAt } = lots[index]!;
    return { lot, amount: part, ...(expiresAt !== undefined && { expiresAt }) };
  });
  return { id: grant, asset, amount, lots: granted, ...(dueAt !== undefined && { dueAt }), ...recordedOf(done) };
}

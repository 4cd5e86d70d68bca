import type { CommandItem } from '@tallystick/decider';
import type { AccountCommand } from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import { accountsOn, carryOut } from './accounts';
import { accrualOf } from './account-commands';
import { withLedgerStore } from './ledger-store';
import { type Place, type Timed, timed } from './place';
import { passed } from './redemption';

const LOTS_PER_ACCOUNT = 10;
const ENDS = instant('2026-12-31T16:00:00.000Z');

export interface ExpiryInput extends Place {
  readonly lots: number;
}

export interface ExpiryRun extends Timed {
  readonly accounts: number;
  /** Milliseconds in which the lots were granted. */
  readonly accrualMs: number;
}

/** Lots that all end on one day, ten an account: the day's commands on accounts that no memory holds, 1,000 a batch. */
export async function expiry({ databaseUrl, rootPid, lots }: ExpiryInput): Promise<ExpiryRun> {
  return withLedgerStore(databaseUrl, async (store) => {
    const count = Math.ceil(lots / LOTS_PER_ACCOUNT);
    const granting = accountsOn(store);
    const granted = await timed(rootPid, () => carryOut(granting, endingLots(lots, count), 1_000));
    await granting.drain();
    const accounts = accountsOn(store);
    const took = await timed(rootPid, () => carryOut(accounts, endsOf(count), 1_000));
    await accounts.drain();
    return { ...took, accounts: count, accrualMs: granted.ms };
  });
}

function* endingLots(lots: number, accounts: number): Generator<CommandItem<AccountCommand>> {
  for (let index = 0; index < lots; index++) {
    const item = accrualOf(index, holderOf(index % accounts));
    if (item.command.kind !== 'apply-evaluation') continue;
    const grants = item.command.grants.map((grant) => (grant.score ? grant : { ...grant, expiresAt: ENDS }));
    yield { ...item, command: { ...item.command, grants } };
  }
}

function* endsOf(accounts: number): Generator<CommandItem<AccountCommand>> {
  for (let index = 0; index < accounts; index++) yield passed(holderOf(index), ENDS);
}

function holderOf(index: number): string {
  return `ending-${index}`;
}

import type { CommandItem } from '@tallystick/decider';
import type { AccountCommand } from '@tallystick/ledger-domain';
import { MEMBERS, memberOf } from '../purchases';
import { accountsOn, carryOut } from './accounts';
import { accrualOf, reversalOf, streamOf } from './account-commands';
import { withLedgerStore } from './ledger-store';
import { type Place, type Timed, timed } from './place';

export interface AccrualInput extends Place {
  readonly purchases: number;
}

export interface AccrualRun extends Timed {
  /** The last position before the measured accruals. */
  readonly after: number;
}

/** Accruals on warm accounts by the real domain over one connection, 1,000 a batch. */
export async function accrual({ databaseUrl, rootPid, purchases }: AccrualInput): Promise<AccrualRun> {
  return withLedgerStore(databaseUrl, async (store) => {
    const accounts = accountsOn(store);
    const warmUp = Array.from({ length: MEMBERS }, (_, index) => accrualOf(index, memberOf(index)));
    await carryOut(accounts, warmUp, 1_000);
    const after = Number(await store.logHead());
    const items = Array.from({ length: purchases }, (_, index) => accrualOf(MEMBERS + index));
    const took = await timed(rootPid, () => carryOut(accounts, items, 1_000));
    await accounts.drain();
    return { ...took, after };
  });
}

const OPEN_LOTS = 1_000;
const CLOSED_LOTS = 4_500;
const BATCHES = 30;
const BATCH = 100;
const COLD_LOADS = 11;

export interface LargeAccountRun extends Timed {
  /** Milliseconds of the measured batches on the account of 10,000 events and on accounts of 10 events. */
  readonly largeMs: number;
  readonly smallMs: number;
  /** Milliseconds of each load of the large account by a process that knows nothing of it. */
  readonly coldMs: readonly number[];
  readonly events: number;
}

/** Batches of 100 accruals on one account of 10,000 events and 1,000 open lots, and on fresh accounts of 10 events. */
export async function largeAccount({ databaseUrl, rootPid }: Place): Promise<LargeAccountRun> {
  return withLedgerStore(databaseUrl, async (store) => {
    const accounts = accountsOn(store);
    let index = 0;
    const grow = (buyer: string, count: number): CommandItem<AccountCommand>[] =>
      Array.from({ length: count }, () => accrualOf(index++, buyer));
    const closed = Array.from({ length: CLOSED_LOTS }, () => {
      const at = index++;
      return [accrualOf(at, 'large'), reversalOf(at, 'large')];
    }).flat();
    await carryOut(accounts, [...closed, ...grow('large', OPEN_LOTS)], 500);
    await accounts.drain();
    const { revision } = await accounts.load(streamOf('large'));
    const coldMs: number[] = [];
    for (let i = 0; i < COLD_LOADS; i++) {
      const started = performance.now();
      await accountsOn(store).load(streamOf('large'));
      coldMs.push(performance.now() - started);
    }
    let largeMs = 0;
    let smallMs = 0;
    const took = await timed(rootPid, async () => {
      for (let batch = 0; batch < BATCHES; batch++) {
        const small = `small-${batch}`;
        await carryOut(accounts, grow(small, 10), 10);
        const [forSmall, forLarge] = [grow(small, BATCH), grow('large', BATCH)];
        const started = performance.now();
        await carryOut(accounts, forSmall, BATCH);
        const between = performance.now();
        await carryOut(accounts, forLarge, BATCH);
        smallMs += between - started;
        largeMs += performance.now() - between;
      }
    });
    await accounts.drain();
    return { ...took, largeMs, smallMs, coldMs, events: revision + 1 };
  });
}

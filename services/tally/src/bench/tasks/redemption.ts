import { accountId, type CommandItem, commandId } from '@tallystick/decider';
import type { AccountCommand, DecisionCommand } from '@tallystick/ledger-domain';
import { type Instant, instant } from '@tallystick/vocabulary';
import { MEMBERS, memberOf } from '../purchases';
import { accountsOn, carryOut } from './accounts';
import { accrualOf, streamOf } from './account-commands';
import { withLedgerStore } from './ledger-store';
import { type Place, type Timed, timed } from './place';

const TENANT = 'bench';
const AT = instant('2026-11-20T12:00:00.000Z');
const BATCH = 1_000;
const MANY_LOTS = 10_000;

export interface RedemptionInput extends Place {
  readonly redemptions: number;
}

export interface RedemptionRun extends Timed {
  /** Milliseconds of as many accruals on the same warm accounts. */
  readonly accrualMs: number;
  /** Milliseconds of a hold and of its capture that draw 10,000 lots. */
  readonly manyLotsMs: number;
}

/** Holds and their captures on warm accounts over one connection, 1,000 commands a batch; then one over 10,000 lots. */
export async function redemption({ databaseUrl, rootPid, redemptions }: RedemptionInput): Promise<RedemptionRun> {
  return withLedgerStore(databaseUrl, async (store) => {
    const accounts = accountsOn(store);
    await carryOut(accounts, earned(0, MEMBERS), BATCH);
    const accruals = await timed(rootPid, () => carryOut(accounts, earned(MEMBERS, redemptions), BATCH));
    const commands: CommandItem<AccountCommand>[] = [];
    for (let index = 0; index < redemptions; index++) {
      const [holder, hold] = [memberOf(index % MEMBERS), `H${index}`];
      commands.push(placed(holder, hold, 1n), captured(holder, hold));
    }
    const took = await timed(rootPid, () => carryOut(accounts, commands, BATCH));
    const lots = Array.from({ length: MANY_LOTS }, (_, index) => accrualOf(MEMBERS + redemptions + index, 'many'));
    await carryOut(accounts, lots, BATCH);
    await accounts.drain();
    const { state } = await accounts.load(streamOf('many'));
    const all = state.books.get('POINTS')!.available;
    const started = performance.now();
    await carryOut(accounts, [placed('many', 'H', all), captured('many', 'H')], 2);
    const manyLotsMs = performance.now() - started;
    await accounts.drain();
    return { ...took, accrualMs: accruals.ms, manyLotsMs };
  });
}

function earned(from: number, count: number): CommandItem<AccountCommand>[] {
  return Array.from({ length: count }, (_, index) => accrualOf(from + index, memberOf((from + index) % MEMBERS)));
}

function placed(holder: string, hold: string, amount: bigint): CommandItem<AccountCommand> {
  const terms = { asset: 'POINTS', amount, ttlSeconds: 3_600, unit: 'north', expireUnderHold: 'protect' as const };
  return decided(holder, `${holder}/${hold}/hold`, { kind: 'place-hold', ...on(holder), hold, ...terms });
}

function captured(holder: string, hold: string): CommandItem<AccountCommand> {
  const command = { kind: 'capture-hold' as const, ...on(holder), hold, beyondHold: false, unit: 'north' };
  return decided(holder, `${holder}/${hold}/capture`, command);
}

/** What time does to an account by an instant. */
export function passed(holder: string, at: Instant): CommandItem<AccountCommand> {
  return decided(holder, `${holder}/${at}`, { kind: 'pass-time', ...on(holder), at });
}

function on(holder: string) {
  return { tenant: TENANT, account: accountId(TENANT, 'main', holder), at: AT };
}

function decided(holder: string, name: string, command: DecisionCommand): CommandItem<AccountCommand> {
  const metadata = { actor: 'till:bench', commandId: commandId(TENANT, 'bench-till', 'decision', name) };
  return { stream: streamOf(holder), command, metadata };
}

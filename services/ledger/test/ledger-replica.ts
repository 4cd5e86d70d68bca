import type { PurchaseQualified } from '@tallystick/contracts';
import type { CommandItem } from '@tallystick/decider';
import { openPostgresEventStore } from '@tallystick/event-store/postgres';
import type { AccountCommand } from '@tallystick/ledger-domain';
import { createPool } from '@tallystick/postgres';
import type { AccountMerges } from '../src/application/account-merges';
import type { Adjustments } from '../src/application/adjustments';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { adjustmentsOn, applicationOn } from './ledger-application';
import { batchOf } from './ledger-messages';

/** What a replica can be asked for; each call is a caller of its own. */
export type ReplicaCalls = Awaited<ReturnType<typeof callsOn>>;

/** Of what a service's own process has: a pool, a store, executors with their memory. */
async function callsOn(databaseUrl: string) {
  const pool = createPool(databaseUrl, {
    max: 6,
    applicationName: 'ledger-replica',
    searchPath: 'ledger',
    byIndex: true,
    pipelined: true,
  });
  const store = await openPostgresEventStore({ pool, schema: 'ledger', service: 'ledger' });
  const application = applicationOn(pool, store);
  const adjustments = adjustmentsOn(store, application);
  const accrue = whenPurchaseQualifiedAccrue(application);
  return {
    decide: async (item: CommandItem<AccountCommand>) => (await application.accounts.executeMany([item])).results[0]!,
    accrue: async (message: PurchaseQualified) => (await accrue(batchOf([message])))[0]!,
    merge: (...asked: Parameters<AccountMerges['merge']>) => application.merges.merge(...asked),
    unmerge: (...asked: Parameters<AccountMerges['unmerge']>) => application.merges.unmerge(...asked),
    adjust: (...asked: Parameters<Adjustments['adjust']>) => adjustments.adjust(...asked),
    approve: (...asked: Parameters<Adjustments['approve']>) => adjustments.approve(...asked),
    turnDown: (...asked: Parameters<Adjustments['turnDown']>) => adjustments.turnDown(...asked),
  };
}

/** A request over the IPC channel; it is answered by `{id, answer}` or `{id, error}`. */
export interface ReplicaRequest {
  readonly id: number;
  readonly call: keyof ReplicaCalls;
  readonly asked: readonly unknown[];
}

/** Answers over the IPC channel until the parent hangs up. */
async function serve(databaseUrl: string): Promise<void> {
  const calls = await callsOn(databaseUrl);
  process.on('message', ({ id, call, asked }: ReplicaRequest) => {
    const answering = Reflect.apply(calls[call], undefined, asked) as Promise<unknown>;
    answering.then(
      (answer) => process.send!({ id, answer }),
      (error: unknown) => process.send!({ id, error: String(error) }),
    );
  });
  process.once('disconnect', () => process.exit());
  process.send!({ id: 0 });
}

if (require.main === module) void serve(process.argv[2]!);

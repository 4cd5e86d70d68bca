import type { PurchaseQualified } from '@tallystick/contracts';
import type { CommandItem } from '@tallystick/decider';
import { openPostgresEventStore } from '@tallystick/event-store/postgres';
import type { AccountCommand } from '@tallystick/ledger-domain';
import { createPool } from '@tallystick/postgres';
import type { AccountMerges } from '../src/application/account-merges';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { applicationOn } from './ledger-application';
import { batchOf } from './ledger-messages';

/** What a replica is asked for; each by a caller of its own. */
export type Asked =
  | { readonly kind: 'decide'; readonly item: CommandItem<AccountCommand> }
  | { readonly kind: 'accrue'; readonly message: PurchaseQualified }
  | { readonly kind: 'merge'; readonly request: Parameters<AccountMerges['merge']>[0] }
  | { readonly kind: 'unmerge'; readonly request: Parameters<AccountMerges['unmerge']>[0] };

/** The ledger's application as a process of its own: answers over its IPC channel until its parent hangs up. */
async function serve(databaseUrl: string): Promise<void> {
  const pool = createPool(databaseUrl, {
    max: 6,
    applicationName: 'ledger-replica',
    searchPath: 'ledger',
    byIndex: true,
    pipelined: true,
  });
  const store = await openPostgresEventStore({ pool, schema: 'ledger', service: 'ledger' });
  const application = applicationOn(pool, store);
  const accrue = whenPurchaseQualifiedAccrue(application);

  const carryOut = async (asked: Asked): Promise<unknown> => {
    if (asked.kind === 'accrue') return (await accrue(batchOf([asked.message])))[0];
    if (asked.kind === 'merge') return application.merges.merge(asked.request);
    if (asked.kind === 'unmerge') return application.merges.unmerge(asked.request);
    return (await application.accounts.executeMany([asked.item])).results[0];
  };

  process.on('message', ({ id, asked }: { id: number; asked: Asked }) => {
    carryOut(asked).then(
      (answer) => process.send!({ id, answer }),
      (error: unknown) => process.send!({ id, error: String(error) }),
    );
  });
  process.once('disconnect', () => process.exit());
  process.send!({ id: 0 });
}

if (require.main === module) void serve(process.argv[2]!);

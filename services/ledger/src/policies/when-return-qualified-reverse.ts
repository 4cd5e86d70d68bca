import type { ReturnQualified } from '@tallystick/contracts';
import { type CommandItem, commandId } from '@tallystick/decider';
import type { AccountCommand } from '@tallystick/ledger-domain';
import type { BatchHandler, BusRecord } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import { accountStream } from '../application/account-commands';
import { carryOutBatch, type LedgerApplication, type Missing } from '../application/carry-out-batch';
import type { ProgramAssets } from '../application/program-assets';
import { askedAmounts } from './when-purchase-qualified-accrue';

/** When campaigns says what a return without purchase asks back, the account gives what it has. */
export function whenReturnQualifiedReverse(application: LedgerApplication): BatchHandler<ReturnQualified> {
  return (batch) => carryOutBatch(application, batch, commandOf);
}

function commandOf(record: BusRecord<ReturnQualified>, assets: ProgramAssets): CommandItem<AccountCommand> | Missing {
  const { tenant, message } = record;
  const { account, program, revision, issuer, store, receipt } = message;
  const { source, id } = message.return;
  const effectiveAt = instant(message.effectiveAt);
  const amounts = askedAmounts(message.amounts, effectiveAt, assets);
  if (typeof amounts === 'string') return amounts;
  return {
    stream: accountStream(tenant, account),
    command: {
      kind: 'reverse-unlinked',
      tenant,
      account,
      program,
      holder: message.member,
      return: { source, id },
      revision,
      effectiveAt,
      issuer,
      store,
      receipt,
      amounts,
    },
    metadata: {
      actor: 'svc:ledger',
      commandId: commandId(tenant, source, 'return-qualified', `${id}@${revision}`),
      correlationId: record.correlationId,
      causationId: record.causationId,
    },
  };
}

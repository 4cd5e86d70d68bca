import type { ReturnQualified } from '@tallystick/contracts';
import { type CommandItem, commandId } from '@tallystick/decider';
import type { AccountCommand } from '@tallystick/ledger-domain';
import type { BatchHandler, BusRecord } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import { accountStream } from '../application/account-commands';
import { carryOutBatch, type IsScore, type LedgerApplication } from '../application/carry-out-batch';
import { askedAmounts } from './when-purchase-qualified-accrue';

/** When campaigns says what a return without purchase asks back, the account gives what it has. */
export function whenReturnQualifiedReverse(application: LedgerApplication): BatchHandler<ReturnQualified> {
  return (batch) => carryOutBatch(application, batch, commandOf);
}

function commandOf(record: BusRecord<ReturnQualified>, isScore: IsScore): CommandItem<AccountCommand> | undefined {
  const { tenant, message } = record;
  const { account, program, revision, issuer, store, receipt } = message;
  const { source, id } = message.return;
  const amounts = askedAmounts(message.amounts, isScore);
  if (!amounts) return undefined;
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
      effectiveAt: instant(message.effectiveAt),
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

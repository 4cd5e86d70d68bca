import type { ledger } from '@tallystick/contracts';
import type { CommandItem } from '@tallystick/decider';
import { type AccountCommand, type ArrivingLot, arrivingTransfer } from '@tallystick/ledger-domain';
import type { BatchHandler, BusRecord } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import { accountStream } from '../application/account-commands';
import { carryOutBatch, type LedgerApplication } from '../application/carry-out-batch';

/**
 * When points have left an account, the other one receives them, as lots that keep issuer, cost and expiry. It does so as
 * of the instant at which they left: at no time are they in neither account, or in both (capabilities L10).
 */
export function whenPointsSentReceive(application: LedgerApplication): BatchHandler<ledger.PointsSent> {
  return (batch) => carryOutBatch(application, batch, commandOf);
}

function commandOf(record: BusRecord<ledger.PointsSent>): CommandItem<AccountCommand> {
  const { tenant, message } = record;
  const { account: from, program, to, toMember, transfer, asset, effectiveAt, lots } = message;
  const id = arrivingTransfer(tenant, from, transfer);
  return {
    stream: accountStream(tenant, to),
    command: {
      kind: 'receive-points',
      tenant,
      account: to,
      program,
      holder: toMember,
      transfer: id,
      from,
      asset,
      lots: lots.map(arriving),
      at: instant(effectiveAt),
    },
    metadata: {
      actor: 'svc:ledger',
      commandId: id,
      correlationId: record.correlationId,
      causationId: record.causationId,
    },
  };
}

function arriving({ issuer, unitCost, amount, priority, activatedAt, expiresAt }: ledger.SentLot): ArrivingLot {
  const arrives = { issuer, unitCost, priority, amount: BigInt(amount), activatedAt: instant(activatedAt) };
  return expiresAt === undefined ? arrives : { ...arrives, expiresAt: instant(expiresAt) };
}

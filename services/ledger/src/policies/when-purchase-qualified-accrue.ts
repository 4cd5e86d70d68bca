import type { AskedAmount, LinkedReversal, PurchaseQualified } from '@tallystick/contracts';
import { type CommandItem, commandId } from '@tallystick/decider';
import type { AccountCommand, AssetAmount, GrantedAmount, LinkedReturn } from '@tallystick/ledger-domain';
import type { BatchHandler, BusRecord } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import { accountStream } from '../application/account-commands';
import { carryOutBatch, type IsScore, type LedgerApplication } from '../application/carry-out-batch';

/** When campaigns says what a purchase earns, the account shows exactly that. */
export function whenPurchaseQualifiedAccrue(application: LedgerApplication): BatchHandler<PurchaseQualified> {
  return (batch) => carryOutBatch(application, batch, commandOf);
}

function commandOf(record: BusRecord<PurchaseQualified>, isScore: IsScore): CommandItem<AccountCommand> | undefined {
  const { tenant, message } = record;
  const { account, program, purchase, revision, issuer, store, receipt } = message;
  const grants = grantsOf(message, isScore);
  const returns = returnsOf(message.returns, isScore);
  if (!grants || !returns) return undefined;
  return {
    stream: accountStream(tenant, account),
    command: {
      kind: 'apply-evaluation',
      tenant,
      account,
      program,
      holder: message.member,
      purchase: { source: purchase.source, id: purchase.id },
      revision,
      effectiveAt: instant(message.effectiveAt),
      issuer,
      store,
      receipt,
      grants,
      returns,
    },
    metadata: {
      actor: 'svc:ledger',
      commandId: commandId(tenant, purchase.source, 'purchase-qualified', `${purchase.id}@${revision}`),
      correlationId: record.correlationId,
      causationId: record.causationId,
    },
  };
}

function grantsOf({ grants }: PurchaseQualified, isScore: IsScore): GrantedAmount[] | undefined {
  const amounts: GrantedAmount[] = [];
  for (const { asset, amount, unitCost, allocation } of grants) {
    const score = isScore(asset);
    if (score === undefined) return undefined;
    const rows = allocation.map((share) => [share.line, share.rule, share.amount] as const);
    amounts.push({ asset, score, amount: BigInt(amount), unitCost, allocation: rows });
  }
  return amounts;
}

function returnsOf(linked: readonly LinkedReversal[], isScore: IsScore): LinkedReturn[] | undefined {
  const returns: LinkedReturn[] = [];
  for (const one of linked) {
    const amounts = askedAmounts(one.amounts, isScore);
    if (!amounts) return undefined;
    const { source, id } = one.return;
    returns.push({ return: { source, id }, effectiveAt: instant(one.effectiveAt), store: one.store, amounts });
  }
  return returns;
}

/** Amounts with what kind of asset each is of; `undefined` where one is not known. */
export function askedAmounts(asked: readonly AskedAmount[], isScore: IsScore): AssetAmount[] | undefined {
  const amounts: AssetAmount[] = [];
  for (const { asset, amount } of asked) {
    const score = isScore(asset);
    if (score === undefined) return undefined;
    amounts.push({ asset, score, amount: BigInt(amount) });
  }
  return amounts;
}

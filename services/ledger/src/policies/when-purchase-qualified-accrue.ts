import type { AskedAmount, LinkedReversal, PurchaseQualified } from '@tallystick/contracts';
import { type CommandItem, commandId } from '@tallystick/decider';
import type {
  AccountCommand,
  ApplyEvaluation,
  BalanceCap,
  GrantedAmount,
  LinkedReturn,
  ReturnedAmount,
} from '@tallystick/ledger-domain';
import type { BatchHandler, BusRecord } from '@tallystick/messaging';
import { type Instant, instant } from '@tallystick/vocabulary';
import { accountStream } from '../application/account-commands';
import { carryOutBatch, type LedgerApplication, type Missing } from '../application/carry-out-batch';
import type { ProgramAssets } from '../application/program-assets';

/** When campaigns says what a purchase earns, the account shows exactly that. */
export function whenPurchaseQualifiedAccrue(application: LedgerApplication): BatchHandler<PurchaseQualified> {
  return (batch) => carryOutBatch(application, batch, commandOf);
}

function commandOf(record: BusRecord<PurchaseQualified>, assets: ProgramAssets): CommandItem<AccountCommand> | Missing {
  const { tenant, message } = record;
  const { account, program, purchase, revision, issuer, store, receipt } = message;
  const earnedAt = instant(message.effectiveAt);
  const grants = grantsOf(message, earnedAt, assets);
  if (typeof grants === 'string') return grants;
  const returns = returnsOf(message.returns, earnedAt, assets);
  if (typeof returns === 'string') return returns;
  const item: CommandItem<ApplyEvaluation> = {
    stream: accountStream(tenant, account),
    command: {
      kind: 'apply-evaluation',
      tenant,
      account,
      program,
      holder: message.member,
      purchase: { source: purchase.source, id: purchase.id },
      revision,
      effectiveAt: earnedAt,
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
  return assets.capsAccruals ? underCaps(item, assets) : item;
}

/** The command with the caps in force when the purchase was made. */
function underCaps(item: CommandItem<ApplyEvaluation>, assets: ProgramAssets): CommandItem<AccountCommand> | Missing {
  const { command } = item;
  const grants: GrantedAmount[] = [];
  const balanceCaps: BalanceCap[] = [];
  for (const grant of command.grants) {
    const most = assets.balanceCapOf(grant.asset, command.effectiveAt);
    if (most) balanceCaps.push(most);
    const caps = assets.earnCapsOf(grant.asset, command.effectiveAt);
    if (typeof caps === 'string') return caps;
    grants.push(caps ? { ...grant, caps } : grant);
  }
  const isCapped = grants.some(({ caps }) => caps !== undefined);
  const capped = { ...(isCapped && { capped: true as const }), ...(balanceCaps.length > 0 && { balanceCaps }) };
  return { ...item, command: { ...command, grants, ...capped } };
}

function grantsOf({ grants }: PurchaseQualified, earnedAt: Instant, assets: ProgramAssets): GrantedAmount[] | Missing {
  const amounts: GrantedAmount[] = [];
  for (const { asset, amount, unitCost, allocation } of grants) {
    const kind = assets.kindOf(asset);
    if (kind === undefined) return 'unknown-asset';
    const life = assets.lifeOf(asset, earnedAt);
    if (life === undefined) return 'unknown-program';
    const rows = allocation.map((share) => [share.line, share.rule, share.amount] as const);
    const granted = { asset, score: kind === 'score', amount: BigInt(amount), unitCost, allocation: rows };
    amounts.push({ ...granted, ...life });
  }
  return amounts;
}

function returnsOf(
  linked: readonly LinkedReversal[],
  earnedAt: Instant,
  assets: ProgramAssets,
): LinkedReturn[] | Missing {
  const returns: LinkedReturn[] = [];
  for (const one of linked) {
    const amounts = askedAmounts(one.amounts, earnedAt, assets);
    if (typeof amounts === 'string') return amounts;
    const { source, id } = one.return;
    returns.push({ return: { source, id }, effectiveAt: instant(one.effectiveAt), store: one.store, amounts });
  }
  return returns;
}

/** Amounts that a return asks back, with what kind of asset each is of and what may be taken for what was spent of it. */
export function askedAmounts(
  asked: readonly AskedAmount[],
  at: Instant,
  assets: ProgramAssets,
): ReturnedAmount[] | Missing {
  const amounts: ReturnedAmount[] = [];
  for (const { asset, amount } of asked) {
    const kind = assets.kindOf(asset);
    if (kind === undefined) return 'unknown-asset';
    const clawback = assets.clawbackOf(asset, at);
    amounts.push({ asset, score: kind === 'score', amount: BigInt(amount), ...(clawback && { clawback }) });
  }
  return amounts;
}

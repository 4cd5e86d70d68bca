import { accountId, type CommandItem, commandId, streamName } from '@tallystick/decider';
import type { AccountCommand, AssetAmount, GrantedAmount } from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import { purchase } from '../purchases';

/** The bench's own tenant. */
export const TENANT = 'bench';
const PROGRAM = 'main';
const RECEIPT = 'ab'.repeat(32);

/** Names the account stream of a member of the bench's own tenant. */
export function streamOf(member: string): string {
  return streamName('account', TENANT, accountId(TENANT, PROGRAM, member));
}

/** What the ledger is asked to do about the `index`-th purchase, by another member where one is named. */
export function accrualOf(index: number, buyer?: string): CommandItem<AccountCommand> {
  const { id, source, occurredAt, store, member, lines, total } = purchase(index);
  const holder = buyer ?? member!.id!;
  const points = BigInt(total) / 100n;
  const grant = (asset: string, score: boolean, rule: string, unitCost: string): GrantedAmount => ({
    asset,
    score,
    amount: points,
    unitCost,
    allocation: lines.map(({ line }, place) => [line, rule, String(place === 0 ? points - 2n : 1n)] as const),
  });
  return {
    stream: streamOf(holder),
    command: {
      kind: 'apply-evaluation',
      ...ownerOf(holder),
      purchase: { source, id },
      revision: 0,
      effectiveAt: instant(occurredAt),
      issuer: store.slice(0, 5),
      store,
      receipt: RECEIPT,
      grants: [grant('POINTS', false, 'base', '1'), grant('GROWTH', true, 'growth', '0')],
      returns: [],
    },
    metadata: metadataOf('purchase-qualified', id),
  };
}

/** A return of everything that the `index`-th purchase gave, naming no purchase. */
export function reversalOf(index: number, buyer: string): CommandItem<AccountCommand> {
  const { id, source, occurredAt, store, total } = purchase(index);
  const amount = BigInt(total) / 100n;
  const amounts: AssetAmount[] = [
    { asset: 'POINTS', score: false, amount },
    { asset: 'GROWTH', score: true, amount },
  ];
  return {
    stream: streamOf(buyer),
    command: {
      kind: 'reverse-unlinked',
      ...ownerOf(buyer),
      return: { source, id: `${id}-r` },
      revision: 0,
      effectiveAt: instant(occurredAt),
      issuer: store.slice(0, 5),
      store,
      receipt: RECEIPT,
      amounts,
    },
    metadata: metadataOf('return-qualified', id),
  };
}

function ownerOf(holder: string): { tenant: string; program: string; account: string; holder: string } {
  return { tenant: TENANT, program: PROGRAM, account: accountId(TENANT, PROGRAM, holder), holder };
}

function metadataOf(type: string, id: string): CommandItem<AccountCommand>['metadata'] {
  const command = commandId(TENANT, 'bench-till', type, id);
  return { actor: 'svc:ledger', commandId: command, correlationId: commandId(TENANT, 'bench', 'request', id) };
}

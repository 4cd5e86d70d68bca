import { accountId } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import { keyOf, lotOf } from '../account/account.state';
import { arrivedLot, arrivingTransfer, TRANSFER } from '../account/decisions/lot-sources';
import type { ExplanationNode } from './graph';
import { exchangedLots } from './origins';
import type { LotTrace } from './traces';

/** The node of what left a lot of a tenant's account for good: by a correction, or for another account, asset, lot or unit. */
export function leftNode(
  { event, stored, amount, index }: LotTrace['left'][number],
  asset: string,
  tenant: string,
): ExplanationNode {
  const node = { asset, amount, at: instant(event.data.effectiveAt), stored };
  switch (event.type) {
    case 'PointsDebited': {
      const { adjustment, reason, unit } = event.data;
      return { ...node, key: `debit:${adjustment}`, kind: 'debit', name: adjustment, reason, unit };
    }
    case 'PointsSent': {
      const { transfer, to, program, holder } = event.data;
      const arriving = arrivingTransfer(tenant, accountId(tenant, program, holder), transfer);
      const names = { name: transfer, account: to, lot: arrivedLot(TRANSFER, arriving, index, asset) };
      return { ...node, key: `transfer-out:${transfer}:${index}`, kind: 'transfer-out', ...names };
    }
    case 'PointsExchanged': {
      const names = { name: event.data.exchange, lot: exchangedLots(event)[index]![1] };
      return { ...node, key: `exchange-out:${names.name}:${index}`, kind: 'exchange-out', ...names };
    }
    case 'PointsWithdrawn': {
      const { withdrawal: name, by, unit, store } = event.data;
      const key = `withdrawal:${by}:${name ?? stored?.position ?? node.at}:${index}`;
      return { ...node, key, kind: 'withdrawal', name, by, unit, store };
    }
    case 'ReversalsPaid': {
      const { merge: name, paid } = event.data;
      const names = { name, lot: lotOf(keyOf(paid[index]!.as), asset) };
      return { ...node, key: `paid-out:${name}:${index}`, kind: 'paid-out', ...names };
    }
  }
}

import type { PurchaseQualified, ReturnQualified } from '@tallystick/contracts';
import { accountId, type Checkpoint, position } from '@tallystick/decider';
import type { Batch, BusRecord } from '@tallystick/messaging';
import type { Instant } from '@tallystick/vocabulary';

export const TENANT = 'demo';
export const PROGRAM = 'main';

export function accountOf(member: string): string {
  return accountId(TENANT, PROGRAM, member);
}

let lastPosition = 0;

/** A batch as the transport hands it over; `checkpoint` where its position may move with the events. */
export function batchOf<Message extends PurchaseQualified | ReturnQualified>(
  messages: readonly Message[],
  checkpoint?: Checkpoint,
  checkpointMoved: () => void = () => undefined,
): Batch<Message> {
  const records = messages.map((message): BusRecord<Message> => {
    const topic = 'grants' in message ? 'campaigns.purchase-qualified.v1' : 'campaigns.return-qualified.v1';
    const ids = {
      correlationId: 'f3b0a6a2-0d53-4d0c-9a53-3f6d4c1f7a01',
      causationId: 'f3b0a6a2-0d53-4d0c-9a53-3f6d4c1f7a02',
    };
    const place = { key: message.account, partition: 0, position: position((lastPosition += 1)) };
    return { topic, ...place, message, tenant: TENANT, ...ids, receivedAt: 0 as Instant };
  });
  return { topic: records[0]?.topic ?? '', records, checkpoint, assignment: 1, checkpointMoved };
}

export function purchase(
  member: string,
  id: string,
  effectiveAt: string,
  points: number,
  more: Partial<PurchaseQualified> = {},
): PurchaseQualified {
  const allocation = [{ line: '1', rule: 'one-per-yuan', amount: String(points) }];
  return {
    account: accountOf(member),
    member,
    program: PROGRAM,
    purchase: { source: 'till-1', id },
    revision: 0,
    effectiveAt,
    issuer: 'hotel',
    store: 'hotel-1',
    receipt: 'ab'.repeat(32),
    grants: [
      { asset: 'POINTS', amount: String(points), unitCost: '1/100', allocation },
      { asset: 'GROWTH', amount: String(points * 2), unitCost: '0', allocation: [] },
    ],
    returns: [],
    ...more,
  };
}

export function linkedReturn(id: string, effectiveAt: string, points: number): PurchaseQualified['returns'][number] {
  const amounts = [
    { asset: 'POINTS', amount: String(points) },
    { asset: 'GROWTH', amount: String(points * 2) },
  ];
  return { return: { source: 'till-1', id }, effectiveAt, store: 'hotel-1', amounts };
}

export function unlinkedReturn(member: string, id: string, effectiveAt: string, points: number): ReturnQualified {
  return {
    account: accountOf(member),
    member,
    program: PROGRAM,
    return: { source: 'till-1', id },
    revision: 0,
    effectiveAt,
    issuer: 'hotel',
    store: 'hotel-1',
    receipt: 'cd'.repeat(32),
    amounts: [{ asset: 'POINTS', amount: String(points) }],
  };
}

import { isRejection, NO_HASH, position, type RecordedEvent, streamName } from '@tallystick/decider';
import { type AccountCommand, accountDecider, type ApplyEvaluation } from '@tallystick/ledger-domain';
import type { Announcement } from '@tallystick/messaging';
import { type Instant, instant } from '@tallystick/vocabulary';
import { ledgerPublications } from '../src/publications';
import { accountOf } from './ledger-fixture';

export const account = accountOf('m-1');
/** Who the commands are for. */
export const holder = { tenant: 'demo', account, program: 'main', holder: 'm-1' };
export const MONDAY = '2026-11-02T10:00:00.000Z';
export const FRIDAY = '2026-11-06T10:00:00.000Z';

export function purchase(id: string, at: string, points: bigint, more: Partial<ApplyEvaluation> = {}): ApplyEvaluation {
  return {
    kind: 'apply-evaluation',
    ...holder,
    purchase: { source: 'till-1', id },
    revision: 0,
    effectiveAt: instant(at),
    issuer: 'hotel',
    store: 'hotel-1',
    receipt: 'ab'.repeat(32),
    grants: [
      { asset: 'POINTS', score: false, amount: points, unitCost: '1/100', allocation: [] },
      { asset: 'GROWTH', score: true, amount: points * 2n, unitCost: '0', allocation: [] },
    ],
    returns: [],
    ...more,
  };
}

export function returned(id: string, at: string, points: bigint): ApplyEvaluation['returns'][number] {
  const amounts = [
    { asset: 'POINTS', score: false, amount: points },
    { asset: 'GROWTH', score: true, amount: points * 2n },
  ];
  return { return: { source: 'till-1', id }, effectiveAt: instant(at), store: 'hotel-2', amounts };
}

export function unlinked(id: string, at: string, points: bigint): AccountCommand {
  const amounts = [{ asset: 'POINTS', score: false, amount: points }];
  const place = { issuer: 'mall', store: 'mall-1', receipt: 'cd'.repeat(32) };
  return {
    kind: 'reverse-unlinked',
    ...holder,
    return: { source: 'till-1', id },
    revision: 0,
    effectiveAt: instant(at),
    ...place,
    amounts,
  };
}

/** What the service says of each event that the commands make, in order. */
export function announced(...commands: readonly AccountCommand[]): Announcement[] {
  let state = accountDecider.initial();
  const said: Announcement[] = [];
  let revision = 0;
  for (const command of commands) {
    const decision = accountDecider.decide(command, state);
    if (isRejection(decision)) throw new Error(decision.rejected);
    for (const event of decision) {
      state = accountDecider.evolve(state, event);
      said.push(...ledgerPublications.announce(recorded(event, revision++)));
    }
  }
  return said;
}

export function recorded(event: { type: string; version: number; data: unknown }, revision: number): RecordedEvent {
  const bytes = new Uint8Array();
  return {
    id: account,
    stream: streamName('account', 'demo', account),
    revision,
    position: position(revision + 1),
    type: event.type,
    version: event.version,
    data: bytes,
    metadata: bytes,
    prevHash: NO_HASH,
    hash: NO_HASH,
    recordedAt: 0 as Instant,
    body: event.data,
  };
}

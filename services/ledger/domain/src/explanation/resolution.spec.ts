import { accountId } from '@tallystick/decider';
import fc from 'fast-check';
import type { AccountEvent } from '../account/account.events';
import { linkedReturn, purchasePicture } from '../account/account.examples';
import {
  adjustPoints,
  cancelRedemption,
  captureHold,
  exchangePoints,
  extendExpiry,
  freezeAccount,
  grantLease,
  lendPoints,
  noteOverdue,
  placeHold,
  receivePoints,
  sendPoints,
} from '../account/decisions/decision.examples';
import { Pair } from '../account/decisions/merge.spec-data';
import { command } from '../account/decisions/random-commands.spec-data';
import { asTheyCome, recorded } from '../as-of/as-of.spec-data';
import { resolutionOf } from './resolution';

/** Each event of some commands as `type name lots`. */
function told(events: readonly AccountEvent[]): string[] {
  return events.map((event) => {
    const { lots, ...names } = resolutionOf(event);
    const said = Object.entries(names).map(([name, value]) => `${name} ${value}`);
    return [
      event.type,
      ...said,
      ...lots.map(({ lot, amount }) => `${amount === undefined ? '' : `${amount} `}of ${lot}`),
    ].join(', ');
  });
}

const eventsOf = (...commands: Parameters<typeof recorded>[0]) => recorded(commands).events.map(({ event }) => event);

describe('what a line of a statement resolves to', () => {
  it('is of a fact each lot that it made, changed or took of', () => {
    const bought = purchasePicture('P1', 1, 100n);
    const back = { ...bought, revision: 1, returns: [linkedReturn('R1', 4, 10n)] };
    const less = { ...purchasePicture('P1', 1, 90n), revision: 2, returns: back.returns };
    expect(told(eventsOf(bought, back, less))).toEqual([
      'AccountOpened',
      'PointsAccrued, 100 of till-1:P1:POINTS',
      'PointsReversed, 10 of till-1:P1:POINTS',
      'AccrualAmended, -10 of till-1:P1:POINTS',
    ]);
  });

  it('is of a decision its name, who took it and why, and its lots', () => {
    expect(
      told(
        eventsOf(
          purchasePicture('P1', 1, 100n),
          placeHold('H1', 2, 40n),
          captureHold('H1', 2, { amount: 25n }),
          cancelRedemption('H1', 'C1', 3, { amount: 5n }),
          grantLease('H2', 3, 10n),
          sendPoints('T1', 4, 15n),
          adjustPoints('A1', 5, 7n),
          exchangePoints('E1', 5, 4n),
          freezeAccount('F1', 6),
        ),
      ).slice(2),
    ).toEqual([
      'HoldPlaced, name H1, unit mall, 40 of till-1:P1:POINTS',
      'HoldCaptured, name H1, unit mall, 25 of till-1:P1:POINTS, 15 of till-1:P1:POINTS',
      'RedemptionCancelled, name C1, hold H1, 5 of till-1:P1:POINTS',
      'HoldPlaced, name H2, unit mall, till pos-7, 10 of till-1:P1:POINTS',
      'HoldLapsed, name H2, 10 of till-1:P1:POINTS',
      `PointsSent, name T1, account ${accountId('demo', 'main', 'm-2')}, 15 of till-1:P1:POINTS`,
      'PointsCredited, name A1, reason complaint, unit hotel, 7 of ~adjustment:A1:POINTS',
      'PointsExchanged, name E1, rule 2026-01, 4 of till-1:P1:POINTS, 6 of ~exchange:E1.0:MILES',
      'AccountFrozen, name F1, reason suspicion',
    ]);
  });

  it('is of what comes from elsewhere, is lent or extended its names as well', () => {
    expect(
      told(
        eventsOf(receivePoints('T2', 1), lendPoints('L1', 2, 40n), extendExpiry('X1', 3, 25), noteOverdue(20)),
      ).slice(1),
    ).toEqual([
      'PointsReceived, name T2, account 0f0e7d5e-3d7f-5d7a-8f43-2f3f6d0a9b11, 50 of ~transfer:T2.0:POINTS',
      'PointsGranted, name L1, by loan, unit hotel, debt loan:L1, 40 of ~loan:L1.0:POINTS',
      'ExpiryExtended, name X1, reason goodwill, of ~transfer:T2.0:POINTS',
      'LoanOverdue, unit hotel, debt loan:L1',
    ]);
  });

  it('is of a merge the other account and every lot that goes with it', () => {
    const seen: AccountEvent[] = [];
    const pair = new Pair().first(purchasePicture('P1', 1, 100n)).second(purchasePicture('P2', 1, 50n));
    pair.merge(
      'M1',
      10,
      (_, events) => seen.push(...events),
      (_, events) => seen.push(...events),
    );
    const [from, into] = pair.accounts;
    expect(told(seen)).toEqual([
      `AccountMerged, name M1, account ${into}, 100 of till-1:P1:POINTS`,
      `AccountAbsorbed, name M1, account ${from}, 100 of till-1:P1:POINTS`,
    ]);
  });

  it('covers every posting to what is available, pending or held: none is without a lot', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 25 }).map(asTheyCome), (commands) => {
        for (const event of eventsOf(...commands)) {
          if (event.type === 'AccountOpened') continue;
          const assets = new Set(resolutionOf(event).lots.map(({ asset }) => asset));
          for (const [book, asset] of event.data.postings) {
            if (book === 'available' || book === 'pending' || book === 'held') expect([...assets]).toContain(asset);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

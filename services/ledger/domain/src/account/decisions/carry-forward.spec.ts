import { instant } from '@tallystick/vocabulary';
import { accountDecider } from '../account.decider';
import type { AccountState } from '../account.state';
import { january, linkedReturn, pointsGrant, purchasePicture } from '../account.examples';
import { accountSnapshot } from '../account.snapshot';
import { violationsIn } from '../../prover/prover';
import { history } from '../account.spec-data';
import { captureHold, carryForward, grantLease, placeHold, releaseHold } from './decision.examples';
import { openingOf } from './carry-forward';
import type { BooksCarriedForward } from './decision.events';
import { after, outcome, standing, told } from './decision.spec-data';

const P1 = purchasePicture('P1', 1, 100n, { issuer: 'mall' });
const P2 = purchasePicture('P2', 2, 0n, { grants: [pointsGrant(50n, { expiresAt: instant(january(20)) })] });
const before = [
  P1,
  P2,
  placeHold('H1', 3, 70n),
  captureHold('H1', 3),
  grantLease('L1', 3, 10n, { ttlSeconds: 86_400 * 20 }),
];

describe('carry the books of an account forward', () => {
  it('says every book, what makes it, and a hash of that, and moves nothing', () => {
    const [said] = outcome(before, carryForward('2026-01', 4)) as BooksCarriedForward[];
    expect(said!.data).toMatchObject({ closing: '2026-01', facts: '2', lots: '1', postings: [] });
    expect(said!.data.balances).toEqual([
      ['issuer-obligation', 'POINTS', '-150'],
      ['available', 'POINTS', '70'],
      ['held', 'POINTS', '10'],
      ['redeemed', 'POINTS', '70'],
    ]);
    expect(said!.data.state).toMatch(/^[0-9a-f]{64}$/u);
    expect(standing(after(...before, carryForward('2026-01', 4)))).toEqual(standing(after(...before)));
  });

  it('is said once by its name, and again under another one', () => {
    expect(outcome([...before, carryForward('2026-01', 4)], carryForward('2026-01', 9))).toEqual([]);
    expect(told([...before, carryForward('2026-01', 4)], carryForward('2026-02', 5))).toHaveLength(1);
  });

  it('hashes alike whoever has folded the events, from the first or from a snapshot', () => {
    const state = after(...before);
    const read: AccountState = accountSnapshot.decode(JSON.parse(JSON.stringify(accountSnapshot.encode(state))));
    expect(openingOf(read)).toEqual(openingOf(state));
  });

  it('hashes otherwise where anything of a lot, a hold or a return is otherwise', () => {
    const hashes = [
      before,
      [purchasePicture('P1', 1, 100n), ...before.slice(1)],
      [...before, releaseHold('L1', 3)],
      before.slice(0, -1),
      [{ ...P1, revision: 1, returns: [linkedReturn('R1', 3, 1n)] }, ...before.slice(1)],
    ].map((commands) => openingOf(after(...commands)).state);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('lets a purchase that comes late be booked after it, in the order of facts', () => {
    const late = purchasePicture('P0', 1, 30n);
    expect(told([...before, carryForward('2026-01', 4)], late)[0]).toContain('PointsAccrued on 01');
  });

  it('is found by the prover to be wrong where it says another balance or another hash', () => {
    const events = history(...before, carryForward('2026-01', 4));
    expect(violationsIn(events)).toEqual([]);
    const last = events.at(-1) as BooksCarriedForward;
    const forged = (data: Partial<BooksCarriedForward['data']>) =>
      violationsIn([...events.slice(0, -1), { ...last, data: { ...last.data, ...data } }]).map(({ check }) => check);
    expect(forged({ state: '0'.repeat(64) })).toEqual(['opening']);
    expect(forged({ balances: last.data.balances.slice(1) })).toEqual(['opening']);
    expect(accountDecider.invariants(after(...before))).toEqual([]);
  });
});

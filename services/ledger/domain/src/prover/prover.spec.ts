import { canonicalJson } from '@tallystick/decider';
import { purchasePicture } from '../account/account.examples';
import { history } from '../account/account.spec-data';
import {
  buyPoints,
  captureHold,
  changeLimit,
  lendPoints,
  placeHold,
  placeMixedHold,
  refundPrincipal,
  releaseHold,
  repayCredit,
  topUp,
} from '../account/decisions/decision.examples';
import { type StoredEvent, violationsIn } from './prover';
import { reproductionTest, shortestReproduction } from './shortest';

/** A sound history, as it is stored, for one event of it to be spoilt. */
function stored(): StoredEvent[] {
  const commands = [
    purchasePicture('P1', 1, 100n),
    purchasePicture('P2', 2, 50n),
    placeHold('H1', 5, 80n),
    captureHold('H1', 5, { amount: 60n }),
    placeHold('H2', 6, 10n),
    releaseHold('H2', 6),
    purchasePicture('P3', 7, 30n),
  ];
  return history(...commands).map((event) => JSON.parse(canonicalJson(event)) as StoredEvent);
}

const MILES = { asset: 'MILES', rate: '1', expireUnderHold: 'protect' } as const;

interface Spoilable {
  amount: string;
  slices: string[][];
  postings: string[][];
}

function spoilt(index: number, change: (data: Spoilable) => void): StoredEvent[] {
  const events = stored();
  change(events[index]!.data as Spoilable);
  return events;
}

describe('the prover', () => {
  it('finds nothing in a sound history', () => {
    expect(violationsIn(stored())).toEqual([]);
  });

  it('finds nothing in a history of lots of every kind, of debts and of a hold of several assets', () => {
    const commands = [
      topUp('T1', 1),
      refundPrincipal('R1', 2, 50n),
      { ...changeLimit('C1', 2, 50n), asset: 'CREDIT' },
      { ...buyPoints('B1', 2, 30n), asset: 'MILES' },
      placeMixedHold('H1', 3, { parts: [MILES, { ...MILES, asset: 'CREDIT' }] }),
      { ...captureHold('H1', 3), mixed: true as const },
      lendPoints('L1', 4, 60n),
      purchasePicture('P1', 5, 100n),
      { ...repayCredit('Y1', 6, 5n), asset: 'CREDIT' },
    ];
    const events = history(...commands).map((event) => JSON.parse(canonicalJson(event)) as StoredEvent);
    expect(events.map(({ type }) => type).filter((type) => type === 'PointsWithdrawn')).toHaveLength(2);
    expect(violationsIn(events)).toEqual([]);
  });

  it('finds an amount that is owed and was never spent on credit', () => {
    const line = [changeLimit('C1', 2, 50n), placeHold('H1', 3, 20n), captureHold('H1', 3)];
    const events = history(...line).map((event) => JSON.parse(canonicalJson(event)) as StoredEvent);
    (events.at(-1)!.data as { owed: { amount: string } }).owed.amount = '21';
    expect(violationsIn(events)).toEqual([
      { check: 'invariant', what: '21 of POINTS are owed as credit, 20 were spent on it and 0 repaid' },
    ]);
  });

  it('finds legs that do not balance', () => {
    const events = spoilt(3, ({ postings }) => (postings[0]![3] = '-79'));
    expect(violationsIn(events)[0]).toEqual({
      check: 'double-entry',
      what: 'the legs of POINTS of hotel sum to 1',
    });
  });

  it('finds an accrual that posts other than it grants', () => {
    const events = spoilt(1, ({ postings }) => {
      postings[0]![3] = '-101';
      postings[1]![3] = '101';
    });
    expect(violationsIn(events)[0]).toEqual({ check: 'slices', what: '100 POINTS are granted and 101 posted' });
  });

  it('finds slices that are not the amount', () => {
    expect(violationsIn(wrongAmount())[0]).toEqual({ check: 'slices', what: 'the slices sum to 80, not to 81' });
  });

  it('finds a second end of a hold', () => {
    const events = stored();
    events.push({ ...events[6]! });
    expect(violationsIn(events)).toContainEqual({ check: 'one-end', what: 'hold H2 ends though it is released' });
  });

  it('finds a lot that was drawn beyond what it held', () => {
    const events = spoilt(5, (data) => {
      data.slices[0]![3] = data.amount = '1000';
      data.postings[0]![3] = '-1000';
      data.postings[1]![3] = '1000';
    });
    expect(violationsIn(events).map(({ check }) => check)).toContain('invariant');
  });

  it('finds an event that nobody knows, and one that cannot be folded', () => {
    expect(violationsIn([{ type: 'PointsLost', version: 1, data: {} }])).toEqual([
      { check: 'unreadable', what: 'unknown event PointsLost version 1' },
    ]);
    const [opened, , , , captured] = stored();
    expect(violationsIn([opened!, captured!])).toContainEqual(expect.objectContaining({ check: 'unreadable' }));
  });
});

describe('the shortest reproduction', () => {
  it('leaves out every event that a violation does without', () => {
    const twice = stored();
    twice.push({ ...twice[6]! });
    const ends = { check: 'one-end' as const, what: 'hold H2 ends though it is released' };
    expect(shortestReproduction(twice, ends).map(({ type }) => type)).toEqual([
      'HoldPlaced',
      'HoldReleased',
      'HoldReleased',
    ]);
    const [slices] = violationsIn(wrongAmount());
    expect(shortestReproduction(wrongAmount(), slices!).map(({ type }) => type)).toEqual(['HoldPlaced']);
  });

  it('is a test that can be run', () => {
    const [slices] = violationsIn(wrongAmount());
    const text = reproductionTest('0f0e', shortestReproduction(wrongAmount(), slices!), slices!);
    expect(text).toContain('"type":"HoldPlaced"');
    expect(text).toContain('expect(violationsIn(events)).toEqual([]);');
  });
});

function wrongAmount(): StoredEvent[] {
  return spoilt(3, (data) => (data.amount = '81'));
}

import { isRejection, scenario } from '@tallystick/decider';
import {
  ACCOUNT,
  cards,
  giveBack,
  growthPerYuan,
  LATER,
  line,
  NOON,
  pointPerYuan,
  receipt,
  record,
  reevaluation,
  ruleBook,
  rulesOf,
} from '../examples/examples';
import type { PurchaseCommand } from './purchase.commands';
import { purchaseDecider } from './purchase.decider';
import type { PurchaseEvent } from './purchase.events';

const purchases = scenario(purchaseDecider);
const rules = rulesOf(pointPerYuan);
const byTier = rulesOf({ ...pointPerYuan, tierFactors: cards }, growthPerYuan);
const gold = { tier: 'gold', validFrom: '2026-06-01T00:00:00.000Z' };
const silver = { tier: 'silver', validFrom: '2026-03-01T00:00:00.000Z' };
const two = receipt([line('1', '10000'), line('2', '5000', { quantity: '3' })]);
const subject = {
  program: 'main',
  member: 'm-1',
  account: ACCOUNT,
  issuer: 'market',
  store: 's-1',
  effectiveAt: NOON,
  currency: 'CNY',
};

/** The events that commands lead to, one after the other. */
function story(...commands: readonly PurchaseCommand[]): PurchaseEvent[] {
  let state = purchaseDecider.initial();
  const events: PurchaseEvent[] = [];
  for (const command of commands) {
    const decision = purchaseDecider.decide(command, state);
    if (isRejection(decision)) throw new Error(decision.rejected);
    for (const event of decision) {
      events.push(event);
      state = purchaseDecider.evolve(state, event);
    }
  }
  return events;
}

function lastEvaluation(events: readonly PurchaseEvent[]) {
  const last = events[events.length - 1]!;
  if (!('evaluation' in last.data)) throw new Error(last.type);
  return last.data.evaluation;
}

/** Asset amounts that each return in the picture takes back. */
const takenBack = (events: readonly PurchaseEvent[]) =>
  lastEvaluation(events).returns.map(({ amounts }) =>
    Object.fromEntries(amounts.map(({ asset, amount }) => [asset, amount])),
  );

const linesBack = (events: readonly PurchaseEvent[]) =>
  lastEvaluation(events).returns.map(({ lines }) => lines.map(({ amount }) => amount));

describe('record purchase', () => {
  it('records the purchase with the receipt of its evaluation', () => {
    purchases
      .given()
      .when(record(two, byTier, { tier: gold, heard: 4, format: 'supermarket' }))
      .then({
        type: 'PurchaseRecorded',
        version: 1,
        data: {
          purchase: two,
          subject,
          format: 'supermarket',
          heard: '4',
          evaluation: {
            verdict: 'evaluated',
            ruleSet: { version: '1', hash: 'hash-1' },
            tier: gold,
            rules: [
              {
                rule: 'base',
                asset: 'POINTS',
                base: '15000',
                factors: [{ source: 'tier:gold', factor: '3/2' }],
                exact: '225',
                result: '225',
              },
              { rule: 'growth', asset: 'GROWTH', base: '15000', exact: '150', result: '150' },
            ],
            grants: [
              {
                asset: 'POINTS',
                amount: '225',
                unitCost: '1',
                allocation: [
                  { line: '1', rule: 'base', amount: '150' },
                  { line: '2', rule: 'base', amount: '75' },
                ],
              },
              {
                asset: 'GROWTH',
                amount: '150',
                unitCost: '0',
                allocation: [
                  { line: '1', rule: 'growth', amount: '100' },
                  { line: '2', rule: 'growth', amount: '50' },
                ],
              },
            ],
            returns: [],
            qualified: true,
          },
        },
      });
  });

  it('records a purchase without member as such: nothing is granted', () => {
    const { member: _nobody, ...anonymous } = two;
    const [event] = story(record(anonymous, rules, { member: undefined, account: undefined }));
    expect(event?.data).toMatchObject({
      subject: { issuer: 'market' },
      evaluation: { verdict: 'no-member', rules: [{ rule: 'base', asset: 'POINTS', failed: 'no-member' }], grants: [] },
    });
  });

  it('records a purchase that no rule set covers: it earns nothing', () => {
    expect(lastEvaluation(story(record({ ...two, occurredAt: '2025-12-31T23:59:59.999Z' }, rules)))).toEqual({
      verdict: 'evaluated',
      rules: [],
      grants: [],
      returns: [],
    });
  });

  it('counts a purchase id once', () => {
    purchases
      .given(...story(record(two, rules)))
      .when(record(two, rules, { tier: gold }))
      .thenNothing();
  });

  it('refuses other content under the same id and names what differs', () => {
    purchases
      .given(...story(record(two, rules)))
      .when(record(receipt([line('1', '10000')]), rules))
      .thenRefused('purchase-conflict', { differs: 'lines tenders total' });
  });

  it('refuses lines that do not sum to the total', () => {
    purchases
      .given()
      .when(record({ ...two, total: '15001' }, rules))
      .thenRefused('total-mismatch', { pointer: '/total', sum: '15000', total: '15001' });
  });

  it('refuses tenders that do not sum to the total', () => {
    purchases
      .given()
      .when(record({ ...two, tenders: [{ kind: 'cash', amount: '1' }] }, rules))
      .thenRefused('total-mismatch', { pointer: '/tenders', sum: '1', total: '15000' });
  });

  it('refuses a line number used twice', () => {
    purchases
      .given()
      .when(record(receipt([line('1', '1'), line('1', '2')]), rules))
      .thenRefused('id-invalid', { line: '1' });
  });

  it('refuses to grant more than an account can carry', () => {
    const generous = rulesOf({ ...pointPerYuan, rate: '1000' });
    purchases
      .given()
      .when(record(receipt([line('1', '9000000000000000')]), generous))
      .thenRefused('amount-out-of-range');
  });
});

describe('record return', () => {
  it('takes back the difference between what was bought and what was kept', () => {
    const history = story(record(two, rules), giveBack('b-1', [{ line: '1', amount: '4000' }], rules));
    expect(takenBack(history)).toEqual([{ POINTS: '40' }]);
    expect(history[1]?.data).toMatchObject({ total: '4000', subject, unit: 'market' });
  });

  it('evaluates what was kept by the original rules and tier', () => {
    const brackets = { mode: 'whole', below: '1', edges: [{ from: '200000', rate: '3/2' }] } as const;
    const original = { rules: [{ ...pointPerYuan, brackets, tierFactors: cards }] };
    const book = ruleBook(original, { rules: [{ ...pointPerYuan, rate: '1' }] });
    const purchase = receipt([line('1', '150000'), line('2', '100000')]);
    const history = story(
      record(purchase, ruleBook(original), { tier: gold }),
      giveBack('b-1', [{ line: '2', amount: '100000' }], book),
    );
    expect(takenBack(history)).toEqual([{ POINTS: String(5625 - 2250) }]);
  });

  it('takes back everything with the last of several partial returns, and never more', () => {
    const history = story(
      record(receipt([line('1', '199')]), rules),
      ...['66', '66', '67'].map((amount, index) => giveBack(`b-${index}`, [{ line: '1', amount }], rules)),
    );
    expect(takenBack(history)).toEqual([{}, { POINTS: '1' }, {}]);
  });

  it('never grants where keeping less would earn more', () => {
    const falling = { mode: 'whole', below: '2', edges: [{ from: '10000', rate: '1' }] } as const;
    const book = rulesOf({ ...pointPerYuan, brackets: falling });
    const history = story(
      record(receipt([line('1', '10000')]), book),
      giveBack('b-1', [{ line: '1', amount: '1000' }], book),
      giveBack('b-2', [{ line: '1', amount: '9000' }], book),
    );
    expect(takenBack(history)).toEqual([{}, { POINTS: '100' }]);
  });

  it('takes the amount of a quantity pro rata, and the rest with the last', () => {
    const purchase = receipt([line('1', '1000', { quantity: '3' })]);
    const one = (id: string) => giveBack(id, [{ line: '1', quantity: '1' }], rules);
    expect(linesBack(story(record(purchase, rules), one('b-1'), one('b-2'), one('b-3')))).toEqual([
      ['333'],
      ['334'],
      ['333'],
    ]);
  });

  it('keeps the share of tenders that earn nothing out of what is taken back', () => {
    const tenders = [
      { kind: 'coupon', amount: '5000' },
      { kind: 'cash', amount: '5000' },
    ];
    const history = story(
      record(receipt([line('1', '10000')], { tenders }), rules),
      giveBack('b-1', [{ line: '1', amount: '5000' }], rules),
    );
    expect(takenBack(history)).toEqual([{ POINTS: '25' }]);
  });

  it('orders returns by when they took effect, whatever the order of arrival', () => {
    const early = giveBack('b-2', [{ line: '1', amount: '150' }], rules, { occurredAt: NOON });
    const late = giveBack('b-1', [{ line: '1', amount: '49' }], rules);
    const purchase = record(receipt([line('1', '199')]), rules);
    expect(lastEvaluation(story(purchase, late, early))).toEqual(lastEvaluation(story(purchase, early, late)));
  });

  it('counts a return id once', () => {
    const back = giveBack('b-1', [{ line: '1', amount: '4000' }], rules);
    purchases
      .given(...story(record(two, rules), back))
      .when(back)
      .thenNothing();
  });

  it('gives a discount line back with the goods', () => {
    const purchase = receipt([line('1', '10000'), line('2', '-1000')]);
    const history = story(
      record(purchase, rules),
      giveBack(
        'b-1',
        [
          { line: '1', quantity: '1' },
          { line: '2', quantity: '1' },
        ],
        rules,
      ),
    );
    expect(history[1]?.data).toMatchObject({ total: '9000' });
    expect(takenBack(history)).toEqual([{ POINTS: '90' }]);
  });

  it('refuses other content under the same return id', () => {
    purchases
      .given(...story(record(two, rules), giveBack('b-1', [{ line: '1', amount: '4000' }], rules)))
      .when(giveBack('b-1', [{ line: '1', amount: '4001' }], rules))
      .thenRefused('return-conflict', { differs: 'lines' });
  });

  it.each([
    ['amount', [{ line: '1', amount: '10001' }]],
    ['quantity', [{ line: '2', quantity: '4' }]],
    [
      'the sum of two of its lines',
      [
        { line: '1', amount: '9000' },
        { line: '1', amount: '1001' },
      ],
    ],
  ])('refuses more than was bought by %s', (_, lines) => {
    purchases
      .given(...story(record(two, rules)))
      .when(giveBack('b-1', lines, rules))
      .thenRefused('over-refund');
  });

  it('refuses more than is left after earlier returns', () => {
    purchases
      .given(...story(record(two, rules), giveBack('b-1', [{ line: '1', amount: '6000' }], rules)))
      .when(giveBack('b-2', [{ line: '1', amount: '4001' }], rules))
      .thenRefused('over-refund', { line: '1' });
  });

  it('refuses more money than was paid where a discount was not given back', () => {
    purchases
      .given(...story(record(receipt([line('1', '10000'), line('2', '-1000')]), rules)))
      .when(giveBack('b-1', [{ line: '1', amount: '10000' }], rules))
      .thenRefused('over-refund', { total: '9000', asked: '10000' });
  });

  it('refuses a line that the purchase does not have', () => {
    purchases
      .given(...story(record(two, rules)))
      .when(giveBack('b-1', [{ line: '9', amount: '1' }], rules))
      .thenRefused('return-line-unknown', { line: '9' });
  });

  it('refuses a line without quantity and amount', () => {
    purchases
      .given(...story(record(two, rules)))
      .when(giveBack('b-1', [{ line: '1' }], rules))
      .thenRefused('schema-invalid', { line: '1' });
  });

  it('refuses a total that its lines do not sum to', () => {
    purchases
      .given(...story(record(two, rules)))
      .when(giveBack('b-1', [{ line: '1', amount: '10' }], rules, { total: '11' }))
      .thenRefused('total-mismatch', { pointer: '/total', sum: '10', total: '11' });
  });

  it('refuses another currency', () => {
    purchases
      .given(...story(record(two, rules)))
      .when(giveBack('b-1', [{ line: '1', amount: '1' }], rules, { currency: 'EUR' }))
      .thenRefused('currency-mismatch', { purchase: 'CNY', return: 'EUR' });
  });
});

describe('a return before its purchase', () => {
  const back = giveBack('b-1', [{ line: '1', amount: '4000' }], rules);

  it('is parked', () => {
    purchases
      .given()
      .when(back)
      .then({
        type: 'ReturnParked',
        version: 1,
        data: { return: back.return, content: back.content, unit: 'market' },
      });
  });

  it('is recorded when the purchase comes, to the same picture as in the other order', () => {
    const after = story(record(two, rules), back);
    const before = story(back, record(two, rules));
    expect(before.map(({ type }) => type)).toEqual(['ReturnParked', 'PurchaseRecorded', 'ReturnRecorded']);
    expect(lastEvaluation(before)).toEqual(lastEvaluation(after));
  });

  it('is refused when the purchase comes and is smaller', () => {
    const tooMuch = giveBack('b-2', [{ line: '1', amount: '10001' }], rules);
    const events = story(back, tooMuch, record(two, rules));
    expect(events.map(({ type }) => type)).toEqual([
      'ReturnParked',
      'ReturnParked',
      'PurchaseRecorded',
      'ReturnRecorded',
      'ReturnRefused',
    ]);
    expect(events[4]?.data).toEqual({ return: tooMuch.return, code: 'over-refund' });
    purchases
      .given(...events)
      .when(tooMuch)
      .thenRefused('over-refund');
  });

  it('counts its id once while it waits', () => {
    purchases
      .given(...story(back))
      .when(back)
      .thenNothing();
    purchases
      .given(...story(back))
      .when(giveBack('b-1', [{ line: '1', amount: '1' }], rules))
      .thenRefused('return-conflict', { differs: 'lines' });
  });
});

describe('re-evaluate', () => {
  it('evaluates by the tier that turned out to hold, returns included', () => {
    const history = story(
      record(two, byTier),
      giveBack('b-1', [{ line: '1', amount: '10000' }], byTier),
      reevaluation(gold, 4, byTier),
    );
    expect(history[2]).toMatchObject({
      type: 'PurchaseReevaluated',
      data: { cause: 'tier-changed', heard: '4', subject },
    });
    expect(lastEvaluation(history)).toEqual(
      lastEvaluation(
        story(record(two, byTier, { tier: gold, heard: 4 }), giveBack('b-1', [{ line: '1', amount: '10000' }], byTier)),
      ),
    );
    expect(takenBack(history)).toEqual([{ POINTS: '150', GROWTH: '100' }]);
  });

  it('says that a purchase which earned something now earns nothing', () => {
    const book = rulesOf({ ...pointPerYuan, tierFactors: { silver: '0' } });
    const history = story(record(two, book), reevaluation(silver, 1, book));
    expect(lastEvaluation(history)).toMatchObject({ grants: [], qualified: true });
  });

  it('is quiet where the tier is the one of the receipt', () => {
    purchases
      .given(...story(record(two, byTier, { tier: gold, heard: 3 })))
      .when(reevaluation(gold, 4, byTier))
      .thenNothing();
  });

  it('is quiet where no rule tells the tiers apart', () => {
    const book = rulesOf({ ...pointPerYuan, tierFactors: { gold: '3/2', diamond: '1.5' } });
    const diamond = { tier: 'diamond', validFrom: gold.validFrom };
    purchases
      .given(...story(record(two, book, { tier: gold, heard: 3 })))
      .when(reevaluation(diamond, 4, book))
      .thenNothing();
  });

  it('is quiet for a history that is older than the one the receipt knew', () => {
    purchases
      .given(...story(record(two, byTier, { tier: gold, heard: 4 })))
      .when(reevaluation(silver, 3, byTier))
      .thenNothing();
  });

  it('is quiet for a purchase without member', () => {
    const anonymous = story(record(two, byTier, { member: undefined, account: undefined }));
    purchases
      .given(...anonymous)
      .when(reevaluation(gold, 4, byTier))
      .thenNothing();
  });

  it('is quiet for a purchase that is not recorded', () => {
    purchases
      .given(...story(giveBack('b-1', [{ line: '1', amount: '1' }], byTier, { occurredAt: LATER })))
      .when(reevaluation(gold, 4, byTier))
      .thenNothing();
  });
});

import { scenario } from '@tallystick/decider';
import { NOON, cards, giveBack, line, pointPerYuan, receipt, record, ruleBook, rulesOf } from '../examples/examples';
import { rules, gold, two, subject, story, lastEvaluation, takenBack, linesBack } from '../examples/purchase-stories';
import { purchaseDecider } from './purchase.decider';

const purchases = scenario(purchaseDecider);

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

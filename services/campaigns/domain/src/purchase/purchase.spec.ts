import { scenario } from '@tallystick/decider';
import { line, pointPerYuan, receipt, record, rulesOf } from '../examples/examples';
import { rules, byTier, gold, two, subject, story, lastEvaluation } from '../examples/purchase-stories';
import { purchaseDecider } from './purchase.decider';

const purchases = scenario(purchaseDecider);

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

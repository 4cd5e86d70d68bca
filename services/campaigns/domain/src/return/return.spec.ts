import { scenario } from '@tallystick/decider';
import { ACCOUNT, LATER, pointPerYuan, rulesOf } from '../examples/examples';
import { type ClaimReturn, type RecordUnlinkedReturn, returnDecider, type ReturnEvent } from './return.decider';

const returns = scenario(returnDecider);
const purchase = { source: 'till-1', id: 'R-1' };
const claim: ClaimReturn = { kind: 'claim-return', purchase, digest: 'd' };
const claimed: ReturnEvent = { type: 'ReturnClaimed', version: 1, data: { purchase, digest: 'd' } };
const refused: ReturnEvent = { type: 'ClaimRefused', version: 1, data: { code: 'over-refund' } };
const content: RecordUnlinkedReturn['content'] = {
  occurredAt: LATER,
  store: 's-1',
  member: { id: 'm-1' },
  currency: 'GBP',
  lines: [
    { line: '1', sku: 'a', amount: '10000' },
    { line: '2', sku: 'b', amount: '5000', category: 'tobacco' },
  ],
  tenders: [{ kind: 'cash', amount: '15000' }],
  total: '15000',
};
const record: RecordUnlinkedReturn = {
  kind: 'record-unlinked-return',
  program: 'main',
  content,
  unit: 'market',
  member: 'm-1',
  account: ACCOUNT,
  rules: rulesOf(pointPerYuan),
};
const recorded: ReturnEvent = {
  type: 'UnlinkedReturnRecorded',
  version: 1,
  data: {
    return: content,
    subject: {
      program: 'main',
      member: 'm-1',
      account: ACCOUNT,
      issuer: 'market',
      store: 's-1',
      effectiveAt: LATER,
      currency: 'GBP',
    },
    total: '15000',
    evaluation: {
      verdict: 'evaluated',
      ruleSet: { version: '1', hash: 'hash-1' },
      rules: [{ rule: 'base', asset: 'POINTS', base: '10000', exact: '100', result: '100' }],
      grants: [
        { asset: 'POINTS', amount: '100', unitCost: '1', allocation: [{ line: '1', rule: 'base', amount: '100' }] },
      ],
      returns: [],
    },
    amounts: [{ asset: 'POINTS', amount: '100' }],
  },
};

describe('claim a return id for a linked return', () => {
  it('takes the id', () => {
    returns.given().when(claim).then(claimed);
  });

  it('takes it once', () => {
    returns.given(claimed).when(claim).thenNothing();
  });

  it('refuses it for another purchase or other content', () => {
    returns
      .given(claimed)
      .when({ ...claim, purchase: { source: 'till-1', id: 'R-2' } })
      .thenRefused('return-conflict', { purchase: 'till-1_R-1' });
    returns
      .given(claimed)
      .when({ ...claim, digest: 'e' })
      .thenRefused('return-conflict');
    returns.given(recorded).when(claim).thenRefused('return-conflict');
  });

  it('answers again what the purchase refused', () => {
    returns.given(claimed, refused).when(claim).thenRefused('over-refund');
  });
});

describe('refuse a claim', () => {
  it('notes the code once', () => {
    returns.given(claimed).when({ kind: 'refuse-claim', code: 'over-refund' }).then(refused);
    returns.given(claimed, refused).when({ kind: 'refuse-claim', code: 'over-refund' }).thenNothing();
  });

  it('is quiet where nothing was claimed', () => {
    returns.given().when({ kind: 'refuse-claim', code: 'over-refund' }).thenNothing();
  });
});

describe('record an unlinked return', () => {
  it('asks back what the goods would earn at the time of the return', () => {
    returns.given().when(record).then(recorded);
  });

  it('counts what earned nothing as earning nothing', () => {
    const tenders = [
      { kind: 'coupon', amount: '5000' },
      { kind: 'cash', amount: '10000' },
    ];
    const outcome = returns
      .given()
      .when({ ...record, content: { ...content, tenders } })
      .outcome();
    expect(outcome).toMatchObject([{ data: { amounts: [{ asset: 'POINTS', amount: '66' }] } }]);
  });

  it('asks nothing back without a member', () => {
    const { member: _m, account: _a, ...anonymous } = record;
    expect(returns.given().when(anonymous).outcome()).toMatchObject([
      { data: { evaluation: { verdict: 'no-member' }, amounts: [] } },
    ]);
  });

  it('counts the return id once', () => {
    returns.given(recorded).when(record).thenNothing();
  });

  it('refuses other content under the same id, and an id that a linked return took', () => {
    returns
      .given(recorded)
      .when({ ...record, content: { ...content, store: 's-2' } })
      .thenRefused('return-conflict');
    returns.given(claimed).when(record).thenRefused('return-conflict');
  });

  it('refuses a line without amount or sku', () => {
    returns
      .given()
      .when({ ...record, content: { ...content, lines: [{ line: '1', quantity: '1', sku: 'a' }] } })
      .thenRefused('schema-invalid', { line: '1' });
    returns
      .given()
      .when({ ...record, content: { ...content, lines: [{ line: '1', amount: '1' }] } })
      .thenRefused('schema-invalid', { line: '1' });
  });

  it('refuses to ask back more than an account can carry', () => {
    const lines = [{ line: '1', sku: 'a', amount: '9000000000000000' }];
    const tenders = [{ kind: 'cash', amount: '9000000000000000' }];
    const large = { ...content, lines, tenders, total: '9000000000000000' };
    returns
      .given()
      .when({ ...record, content: large, rules: rulesOf({ ...pointPerYuan, rate: '1000' }) })
      .thenRefused('amount-out-of-range');
  });

  it('refuses sums that differ from the total', () => {
    returns
      .given()
      .when({ ...record, content: { ...content, total: '1' } })
      .thenRefused('total-mismatch');
    returns
      .given()
      .when({ ...record, content: { ...content, tenders: [] } })
      .thenRefused('total-mismatch', { pointer: '/tenders', sum: '0', total: '15000' });
  });
});

import { asyncApiDocument } from './async-api';
import { contractName, describedSchema, everyContract } from './message-documents';
import { topicPage } from './topic-page';

const prose = { PurchasePaid: { text: 'A paid purchase.', fields: { total: 'What was paid.' } } };
const hearers = { 'purchases.v1': ['campaigns'] };
const asyncApi = asyncApiDocument('1.2.3', prose, hearers);

function referencesIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : referencesIn(value),
  );
}

const at = (path: string): unknown =>
  path
    .split('/')
    .reduce<unknown>((node, key) => Object.entries(node ?? {}).find(([name]) => name === key)?.[1], asyncApi);

describe('the AsyncAPI document', () => {
  it('has a channel for every topic and a message for every contract', () => {
    expect(Object.keys(at('channels') ?? {})).toEqual([...new Set(everyContract().map(({ topic }) => topic))]);
    expect(Object.keys(at('components/messages') ?? {})).toEqual(everyContract().map(contractName));
  });

  it('refers to nothing that is not there', () => {
    const files = everyContract().map((contract) => `./${contractName(contract)}.schema.json`);
    for (const reference of referencesIn(asyncApi)) {
      if (reference.startsWith('#/')) expect(at(reference.slice(2))).toBeDefined();
      else expect(files).toContain(reference);
    }
  });

  it('says who speaks and who hears', () => {
    expect(at('operations/publisher.says.purchases.v1')).toMatchObject({ action: 'send' });
    expect(at('operations/campaigns.hears.purchases.v1')).toMatchObject({ action: 'receive' });
    expect(at('operations/ledger.says.ledger.points-accrued.v1')).toMatchObject({ action: 'send' });
  });

  it('keeps what services say for ever and what publishers say as long as the broker wants', () => {
    const retention = (topic: string) => at(`channels/${topic}/bindings/kafka/topicConfiguration/retention.ms`);
    expect(retention('ledger.points-accrued.v1')).toBe(-1);
    expect(retention('purchases.v1')).toBeUndefined();
  });

  it('shows the samples of each contract', () => {
    expect(at('components/messages/purchases.v1.purchase-paid/examples')).toHaveLength(3);
  });
});

describe('the described schema', () => {
  it('carries what the sources say of the class and its fields', () => {
    const contract = everyContract().find(({ type }) => type === 'purchase-paid');
    if (!contract) throw new RangeError('purchase-paid is no contract');
    expect(describedSchema(contract, prose)).toMatchObject({
      title: 'PurchasePaid',
      description: 'A paid purchase.',
      properties: { total: { description: 'What was paid.', type: 'string' }, id: { format: 'business-id' } },
      $defs: { Tender: { title: 'Tender' } },
    });
  });
});

describe('the page of topics', () => {
  it('has a row for each contract and a sample under its key', () => {
    const page = topicPage(prose, hearers);
    expect(page).toContain(
      '| `purchases.v1` | purchase-paid | publishers outside | campaigns | [schema](purchases.v1.purchase-paid.schema.json) |',
    );
    expect(page).toContain('Key of this sample: `m-00017`');
  });
});

import {
  compileRules,
  type PurchaseCommand,
  purchaseDecider,
  type PurchaseEvent,
  type RecordUnlinkedReturn,
  returnDecider,
  RuleBook,
} from '@tallystick/campaigns-domain';
import { contractsByTopic, validatorOf } from '@tallystick/contracts';
import { canonicalJson, isRejection, position, type RecordedEvent } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import { campaignsPublications } from './publications';

const ACCOUNT = '48a0b5ec-886c-529e-a71e-a6008a7a3b54';
const rule = { id: 'base', asset: 'POINTS', kind: 'base', rate: '1/100', tierFactors: { gold: '3/2', none: '0' } };
const compiled = compileRules({ assets: [{ asset: 'POINTS', unitCost: '1/2' }], rules: [rule] });
const rules = new RuleBook([{ version: '1', hash: 'a'.repeat(64), validFrom: '2026-01-01T00:00:00.000Z', compiled }]);
const purchase = {
  occurredAt: '2026-11-22T12:00:00.000Z',
  store: 's-1',
  currency: 'CNY',
  order: 'O-1',
  lines: [
    { line: '1', sku: 'tea', quantity: '1', amount: '10500', category: 'drinks', brand: 'a' },
    { line: '2', sku: 'discount', quantity: '1', amount: '-500' },
  ],
  tenders: [{ kind: 'cash', amount: '10000' }],
  total: '10000',
};
const record: PurchaseCommand = {
  kind: 'record-purchase',
  program: 'main',
  purchase,
  unit: 'market',
  member: 'm-1',
  account: ACCOUNT,
  rules,
};
const content = {
  occurredAt: '2026-11-23T12:00:00.000Z',
  store: 's-2',
  purchase: { source: 'till-1', id: 'R-1' },
  currency: 'CNY',
  lines: [{ line: '1', amount: '5250' }],
};
const giveBack: PurchaseCommand = {
  kind: 'record-return',
  return: { source: 'till-2', id: 'B-1' },
  content,
  unit: 'park',
  rules,
};
const none = { tier: 'none', validFrom: '2026-02-01T00:00:00.000Z' };
const reevaluate: PurchaseCommand = { kind: 'reevaluate', tier: none, heard: 7, rules };

function stored(
  stream: string,
  revision: number,
  event: { type: string; version: number; data: unknown },
): RecordedEvent {
  const hash = Buffer.alloc(32, revision + 1);
  return {
    stream,
    revision,
    id: ACCOUNT,
    type: event.type,
    version: event.version,
    data: Buffer.from(canonicalJson(event.data)),
    metadata: Buffer.alloc(0),
    prevHash: Buffer.alloc(32),
    hash,
    position: position(revision + 1),
    recordedAt: instant('2026-11-24T00:00:00Z'),
  };
}

/** What the events of a purchase say, one list per event; each message is good by its contract and has its key. */
function said(...commands: readonly PurchaseCommand[]) {
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
  return events.map((event, revision) => announced(stored('purchase-demo_till-1_R-1', revision, event)));
}

function announced(event: RecordedEvent) {
  return campaignsPublications.announce(event).map(({ topic, key, message }) => {
    const [contract] = contractsByTopic().get(topic)!;
    expect(validatorOf(contract!.messageClass)(message)).toMatchObject({ ok: true });
    expect(contract!.keyOf(message)).toBe(key);
    return { topic: topic.replace(/^campaigns\.(.*)\.v1$/, '$1'), key, message };
  });
}

const topics = (of: ReturnType<typeof said>) => of.map((event) => event.map(({ topic }) => topic));

describe('what campaigns says', () => {
  it('says every purchase, and what a member’s purchase earns', () => {
    const [first] = said(record);
    expect(first!.map(({ topic, key }) => [topic, key])).toEqual([
      ['purchase-recorded', 'R-1'],
      ['purchase-qualified', ACCOUNT],
    ]);
    expect(first![1]!.message).toMatchObject({
      revision: 0,
      receipt: '01'.repeat(32),
      grants: [{ amount: '100', unitCost: '1/2' }],
    });
  });

  it('says the whole picture anew with every return and re-evaluation', () => {
    const all = said(record, giveBack, reevaluate);
    expect(topics(all)).toEqual([
      ['purchase-recorded', 'purchase-qualified'],
      ['return-recorded', 'purchase-qualified'],
      ['purchase-qualified'],
    ]);
    expect(all[1]![1]!.message).toMatchObject({
      revision: 1,
      grants: [{ amount: '100' }],
      returns: [
        { return: { source: 'till-2', id: 'B-1' }, store: 's-2', amounts: [{ asset: 'POINTS', amount: '50' }] },
      ],
    });
    expect(all[2]![0]!.message).toMatchObject({ revision: 2, grants: [], returns: [{ amounts: [] }] });
  });

  it('says nothing of a member’s purchase that never earned anything but that it was', () => {
    expect(topics(said({ ...record, tier: none, heard: 7 }, giveBack))).toEqual([
      ['purchase-recorded'],
      ['return-recorded'],
    ]);
  });

  it('keeps a parked return to itself until the purchase comes', () => {
    expect(topics(said(giveBack, record))).toEqual([
      [],
      ['purchase-recorded', 'purchase-qualified'],
      ['return-recorded', 'purchase-qualified'],
    ]);
  });

  it('says an unlinked return, and what it asks back of a member', () => {
    const { purchase: _linked, ...unlinked } = { ...content, lines: [{ line: '1', sku: 'tea', amount: '5200' }] };
    const command: RecordUnlinkedReturn = {
      kind: 'record-unlinked-return',
      program: 'main',
      content: unlinked,
      unit: 'park',
      member: 'm-1',
      account: ACCOUNT,
      rules,
    };
    const [event] = returnDecider.decide(command, returnDecider.initial()) as readonly {
      type: string;
      version: number;
      data: unknown;
    }[];
    const [recorded, qualified] = announced(stored('return-demo_till-2_B-9', 0, event!));
    expect([recorded!.topic, recorded!.key, qualified!.topic, qualified!.key]).toEqual([
      'return-recorded',
      'B-9',
      'return-qualified',
      ACCOUNT,
    ]);
    expect(qualified!.message).toMatchObject({
      return: { source: 'till-2', id: 'B-9' },
      issuer: 'park',
      amounts: [{ asset: 'POINTS', amount: '52' }],
    });
  });

  it('stops at an event that it does not know', () => {
    expect(() =>
      campaignsPublications.announce(stored('purchase-demo_a_b', 0, { type: 'Unheard', version: 1, data: {} })),
    ).toThrow('unknown event Unheard');
  });
});

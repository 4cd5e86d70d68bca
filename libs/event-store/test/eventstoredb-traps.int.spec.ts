import { randomUUID } from 'node:crypto';
import { codeOf, collect, EventChain, eventCount, eventsOf, idsOf, NodeLog } from '@tallystick/testing';
import { WireDouble } from '@tallystick/testing/wire-double';
import { createPool, freePort, type Pool } from '@tallystick/postgres';
import { type EventStoreDbStore, openEventStoreDb } from '../src/eventstoredb';

jest.setTimeout(30_000);

describe('the EventStoreDB adapter', () => {
  let double: WireDouble;
  let store: EventStoreDbStore;
  let port: number;
  let pool: Pool;

  beforeAll(async () => {
    pool = createPool('postgres://nobody@127.0.0.1:1/none', { max: 1, applicationName: 'no-snapshots' });
    ({ double, port } = await WireDouble.open(new NodeLog()));
    store = await open();
  });

  afterAll(async () => {
    await store?.close();
    double?.close();
    await pool?.end();
  });

  function open(): Promise<EventStoreDbStore> {
    const connectionString = `esdb://127.0.0.1:${port}?tls=false`;
    return openEventStoreDb({ connectionString, kinds: ['account'], pool, schema: 'ledger', deadline: 2_000 });
  }

  function newChain(): EventChain {
    return new EventChain(`account-demo_${randomUUID()}`);
  }

  it('es-62 is told by a follower that it does not lead, and its next try is taken', async () => {
    const chain = newChain();
    const events = chain.next(1);
    const leader = await WireDouble.open(double.log);
    const follower = await open();
    double.refuseAsFollower(leader.port);
    expect(await codeOf(follower.append(chain.stream, 'none', events))).toBe('unavailable');
    await expect(follower.append(chain.stream, 'none', events)).resolves.toMatchObject({ revision: 0 });
    expect([...leader.double.served]).toEqual(['append']);
    await follower.close();
    leader.double.close();
  });

  it('es-62 finds its way back from a leader that is gone', async () => {
    const chain = newChain();
    const events = chain.next(1);
    const lost = await open();
    double.refuseAsFollower(await freePort());
    const codes: unknown[] = [];
    for (let attempt = 0; attempt < 5 && codes.at(-1) !== 'appended'; attempt++) {
      codes.push((await codeOf(lost.append(chain.stream, 'none', events))) ?? 'appended');
    }
    expect(codes.at(-1)).toBe('appended');
    await lost.close();
  });

  it('es-54 takes a clean end of its subscription for a drop and goes on behind the last event', async () => {
    const chain = newChain();
    const after = await store.logHead();
    const ids: string[] = [];
    const grow = async (): Promise<void> => {
      const { expected } = chain;
      const events = chain.next(5);
      await store.append(chain.stream, expected, events);
      ids.push(...idsOf(events));
    };
    await grow();
    const seen: string[] = [];
    for await (const item of store.subscribe({ after })) {
      if (item.kind !== 'event') continue;
      seen.push(item.event.id);
      if (seen.length === 15) break;
      if (seen.length % 5 > 0) continue;
      double.endAll();
      await grow();
    }
    expect(seen).toEqual(ids);
  });

  it('says "caught up" only behind the events that were there before', async () => {
    const chain = newChain();
    const after = await store.logHead();
    await store.append(chain.stream, 'none', chain.next(300));
    const items = await collect(store.subscribe({ after }), (all) => all.at(-1)?.kind === 'caught-up');
    expect(eventsOf(items)).toHaveLength(300);
    const positions = items.flatMap((item) =>
      item.kind === 'event' ? [item.event.position] : item.kind === 'checkpoint' ? [item.position] : [],
    );
    expect(positions).toEqual(positions.toSorted());
  });

  it('never deletes and never uses the shared batch call, which one client’s fault breaks for all', async () => {
    const chains = Array.from({ length: 60 }, newChain);
    const items = chains.map((chain) => ({ stream: chain.stream, expected: 'none' as const, events: chain.next(1) }));
    const { outcomes } = await store.appendMany(items);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(items.map(() => 'appended'));
    expect(double.served).toEqual(new Set(['append', 'read']));
  });

  it('lets at most 50 appends be in flight', async () => {
    const chains = Array.from({ length: 200 }, newChain);
    const items = chains.map((chain) => ({ stream: chain.stream, expected: 'none' as const, events: chain.next(1) }));
    await store.appendMany(items);
    expect(double.mostAppendsAtOnce).toBeLessThanOrEqual(50);
    expect(double.mostAppendsAtOnce).toBeGreaterThan(1);
  });

  it('holds the server back while its consumer is slow', async () => {
    const chain = newChain();
    const after = await store.logHead();
    for (let round = 0; round < 10; round++) {
      const { expected } = chain;
      await store.append(chain.stream, expected, chain.next(50, { data: new Uint8Array(10_000) }));
    }
    const before = double.eventsSent;
    await collect(store.subscribe({ after }), eventCount(3));
    expect(double.eventsSent - before).toBeLessThan(250);
  });

  it('refuses a node’s address that names no user, unless the channel is insecure', async () => {
    const connectionString = 'esdb://127.0.0.1:1';
    expect(await codeOf(openEventStoreDb({ connectionString, kinds: ['account'], pool, schema: 'ledger' }))).toBe(
      'denied',
    );
  });

  it('says unavailable where no node answers', async () => {
    const connectionString = 'esdb://127.0.0.1:1?tls=false';
    const options = { connectionString, kinds: ['account'], pool, schema: 'ledger', deadline: 2_000 };
    expect(await codeOf(openEventStoreDb(options))).toBe('unavailable');
  });

  it('stops at an event of its streams that it did not write', async () => {
    const chain = newChain();
    const event = { id: randomUUID(), data: Buffer.from('{}'), customMetadata: Buffer.from('{}'), headers: [] };
    double.log.append(chain.stream, -1, [event]);
    expect(await codeOf(store.readStream(chain.stream))).toBe('invalid');
    const reading = collect(store.subscribe({ after: await store.logHead() }), eventCount(1));
    double.log.append(newChain().stream, -1, [event]);
    expect(await codeOf(reading)).toBe('invalid');
  });
});

import { CONSUMER_MIGRATIONS, createPool, migrate, moveCheckpoint, type Pool } from '@tallystick/postgres';
import { FaultyLink, marks, seqOf, startTestDatabase, type TestDatabase, until } from '@tallystick/testing';
import { type BatchHandler, DEAD_LETTER_MIGRATIONS, DONE } from '../src';
import { createOutsideTopics, PostgresBusServer, PostgresPublisher } from '../src/postgres';
import { openBinding } from './open-binding';

const TOPIC = 'purchases.v1';

describe('a handler whose commit’s answer is lost', () => {
  let database: TestDatabase;
  let direct: Pool;
  let linked: Pool;
  let link: FaultyLink;

  jest.setTimeout(60_000);

  beforeEach(async () => {
    database = await startTestDatabase();
    const address = new URL(database.url);
    link = await FaultyLink.to(address.hostname, Number(address.port));
    address.host = `127.0.0.1:${link.port}`;
    direct = createPool(database.url, { max: 2, applicationName: 'lost-answer', searchPath: 'facts' });
    linked = createPool(address.toString(), { max: 3, applicationName: 'lost-answer-linked', searchPath: 'facts' });
    await createOutsideTopics(direct, [TOPIC]);
    await migrate(direct, 'facts', [CONSUMER_MIGRATIONS, DEAD_LETTER_MIGRATIONS]);
    await direct.query('create table fact (key text, seq integer)');
  });

  afterEach(async () => {
    await linked.end();
    await link.close();
    await direct.end();
    await database.drop();
  });

  /** Rows that no key guards; the answer to every third commit is lost, the commit is not. */
  function projecting(): BatchHandler {
    let commits = 0;
    return async (batch) => {
      const { records, checkpoint } = batch;
      if (!checkpoint) throw new Error('the batch had no checkpoint');
      const connection = await linked.connect();
      try {
        await connection.query('begin');
        await connection.query(
          'insert into fact select u.key, u.seq from unnest($1::text[], $2::int[]) as u(key, seq)',
          [records.map(({ key }) => key), records.map((record) => seqOf(record))],
        );
        await moveCheckpoint(connection, checkpoint);
        commits += 1;
        if (commits % 3 === 0) link.cutAfterCommit();
        await connection.query('commit');
        connection.release();
      } catch (error) {
        link.heal();
        connection.release(true);
        throw error;
      }
      batch.checkpointMoved();
      return records.map(() => DONE);
    };
  }

  it('is not asked again for what is committed: every row is there once', async () => {
    const failures: unknown[] = [];
    const server = new PostgresBusServer({
      ...{ consumer: 'facts', pool: linked, batchSize: 50, leaseMs: 10_000 },
      sources: new Map([[TOPIC, { kind: 'outside', pool: linked, ...openBinding(TOPIC) }]]),
      observer: { failed: (_topic, error) => failures.push(error) },
    });
    server.subscribe(TOPIC, projecting());
    const publisher = new PostgresPublisher({ pool: direct });
    await publisher.publish(TOPIC, marks(1_000, 100));
    await server.start();
    const distinct = async (): Promise<{ rows: number; distinct: number }> => {
      const { rows } = await direct.query<{ rows: number; distinct: number }>(
        'select count(*)::integer as rows, count(distinct (key, seq))::integer as distinct from fact',
      );
      return rows[0]!;
    };
    await until('all rows are there', async () => (await distinct()).distinct === 1_000);
    await server.close();
    expect(await distinct()).toEqual({ rows: 1_000, distinct: 1_000 });
    expect(failures.length).toBeGreaterThan(0);
    const { rows } = await direct.query('select sum(position)::integer as settled from consumer_position');
    expect(rows).toEqual([{ settled: 1_000 }]);
  });
});

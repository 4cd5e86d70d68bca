import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import {
  arrayTypeOf,
  boolColumn,
  byteaColumn,
  int4Column,
  int8Column,
  textColumn,
  timestamptzColumn,
  uuidColumn,
} from './columns';
import { createPool, type Pool } from './pool';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

describe('columns as parameters', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await startTestDatabase();
    pool = createPool(database.url, { max: 1, applicationName: 'columns-spec' });
  });

  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  async function asText(column: Buffer, type: string): Promise<readonly (string | null)[]> {
    const { rows } = await pool.query<{ value: string | null }>(
      `select value::text as value from unnest($1::${type}[]) with ordinality as row (value, place) order by place`,
      [column],
    );
    return rows.map(({ value }) => value);
  }

  it('carries int4 between its bounds, and nulls', async () => {
    expect(await asText(int4Column([0, -1, null, 2147483647, -2147483648]), 'int')).toEqual([
      '0',
      '-1',
      null,
      '2147483647',
      '-2147483648',
    ]);
  });

  it('carries int8 exactly from bigint, number and decimal text', async () => {
    const values = [
      0n,
      -1,
      4294967296,
      -4294967297,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      '9007199254740993',
      '00000000000000000042',
      '-9223372036854775808',
      9223372036854775807n,
      null,
    ];
    expect(await asText(int8Column(values), 'bigint')).toEqual([
      '0',
      '-1',
      '4294967296',
      '-4294967297',
      '9007199254740991',
      '-9007199254740991',
      '9007199254740993',
      '42',
      '-9223372036854775808',
      '9223372036854775807',
      null,
    ]);
  });

  it.each([1.5, Number.NaN, 2 ** 53, '', '0x10', ' 1', '1e3', '9223372036854775808', 2n ** 63n])(
    'refuses %p as int8',
    (value) => {
      expect(() => int8Column([value])).toThrow(/integer|range/);
    },
  );

  it.each([0.5, 2 ** 31, -(2 ** 31) - 1])('refuses %p as int4', (value) => {
    expect(() => int4Column([value])).toThrow(/integer|range/);
  });

  it('carries text of any width, the empty text and null apart', async () => {
    const values = ['', 'a', 'é', '€', '🧾', '{"x,y"}', 'NULL', null, 'x'.repeat(70_000), '积分'.repeat(9_000)];
    expect(await asText(textColumn(values), 'text')).toEqual(values);
  });

  it('carries uuid with and without dashes', async () => {
    const id = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    expect(await asText(uuidColumn([id, id.replaceAll('-', ''), null]), 'uuid')).toEqual([id, id, null]);
  });

  it.each(['', '6ba7b810-9dad-11d1-80b4-00c04fd430c', 'zba7b810-9dad-11d1-80b4-00c04fd430c8'])(
    'refuses %p as uuid',
    (value) => {
      expect(() => uuidColumn([value])).toThrow('not a UUID');
    },
  );

  it('carries every byte', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, value) => value);
    const { rows } = await pool.query('select unnest($1::bytea[]) as value', [
      byteaColumn([bytes, new Uint8Array(), null]),
    ]);
    expect(rows).toEqual([{ value: Buffer.from(bytes) }, { value: Buffer.alloc(0) }, { value: null }]);
  });

  it('carries booleans', async () => {
    expect(await asText(boolColumn([true, false, null]), 'boolean')).toEqual(['true', 'false', null]);
  });

  it('carries instants to the millisecond, long before and after our time', async () => {
    const instants = [
      '2026-11-24T15:27:50.123Z',
      '1999-12-31T23:59:59.999Z',
      '0001-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
    ];
    const { rows } = await pool.query<{ value: Date | null }>('select unnest($1::timestamptz[]) as value', [
      timestamptzColumn([...instants.map((text) => Date.parse(text)), null]),
    ]);
    expect(rows.map(({ value }) => value?.toISOString() ?? null)).toEqual([...instants, null]);
  });

  it('carries no rows at all', async () => {
    const columns = {
      int: int4Column([]),
      bigint: int8Column([]),
      text: textColumn([]),
      uuid: uuidColumn([]),
      bytea: byteaColumn([]),
      boolean: boolColumn([]),
      timestamptz: timestamptzColumn([]),
    };
    for (const [type, column] of Object.entries(columns)) {
      expect(await asText(column, type)).toEqual([]);
      expect(arrayTypeOf(column)).toBe(`${type}[]`);
    }
  });

  it('say what they are cast to', () => {
    expect([int8Column([1n]), textColumn([null]), byteaColumn([Buffer.alloc(3)])].map(arrayTypeOf)).toEqual([
      ...['bigint[]', 'text[]', 'bytea[]'],
    ]);
    expect(() => arrayTypeOf(Buffer.alloc(12))).toThrow('not a column');
  });
});

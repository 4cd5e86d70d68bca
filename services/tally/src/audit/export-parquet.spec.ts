import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventStore, position, type RecordedEvent } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { exportEventsParquet } from './export-parquet';

const bytes = (text: string) => new TextEncoder().encode(text);

const recorded = (at: number): RecordedEvent => ({
  id: `00000000-0000-5000-8000-${String(at).padStart(12, '0')}`,
  type: 'PointsAccrued',
  version: 2,
  data: bytes(`{"amount":"9007199254740993","holder":"会员-${at}"}`),
  metadata: bytes(at % 2 === 0 ? '' : '{"actor":"till-1"}'),
  prevHash: Uint8Array.of(...Array<number>(31).fill(0), at % 256),
  hash: Uint8Array.of(...Array<number>(31).fill(255), at % 256),
  stream: 'account-demo_a',
  revision: at,
  position: position(BigInt(at) + 9_007_199_254_740_993n),
  recordedAt: (1_790_000_000_123 + at) as Instant,
});

describe('the events of a log as Parquet', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'parquet-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A log of so many events, in pages of a thousand. */
  function logOf(count: number): Pick<EventStore, 'scan' | 'readAll'> {
    const all = Array.from({ length: count }, (_, at) => recorded(at));
    return {
      readAll: () => Promise.reject(new Error('a log that can be scanned is scanned')),
      async *scan() {
        for (let at = 0; at < count; at += 1_000) yield await Promise.resolve(all.slice(at, at + 1_000));
      },
    };
  }

  async function exported(count: number) {
    const log = { service: 'ledger', log: logOf(count) };
    const events = await exportEventsParquet(folder, log);
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, 'ledger.events.parquet'));
    return { events, file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer };
  }

  it('are there with every byte, whole numbers beyond 2⁵³ and texts of any script', async () => {
    const { events, file } = await exported(3);
    const rows = await parquetReadObjects({ file, utf8: true });
    expect(events).toBe(3);
    expect(rows[1]).toEqual({
      position: 9_007_199_254_740_994n,
      recorded_at: new Date(1_790_000_000_124),
      stream: 'account-demo_a',
      revision: 1,
      id: '00000000-0000-5000-8000-000000000001',
      type: 'PointsAccrued',
      version: 2,
      data: '{"amount":"9007199254740993","holder":"会员-1"}',
      metadata: '{"actor":"till-1"}',
      prev_hash: recorded(1).prevHash,
      hash: recorded(1).hash,
    });
    expect(rows[0]).toMatchObject({ metadata: '' });
  });

  it('are in the order of the log, in groups that memory bears', async () => {
    const { events, file } = await exported(20_001);
    const { row_groups } = parquetMetadata(file);
    expect([events, row_groups.map(({ num_rows }) => Number(num_rows))]).toEqual([20_001, [20_000, 1]]);
    const rows = await parquetReadObjects({ file, columns: ['revision'], utf8: true });
    expect(rows.map(({ revision }) => revision as number)).toEqual(Array.from({ length: 20_001 }, (_, at) => at));
  });

  it('of an empty log are a file without rows that says its columns', async () => {
    const { events, file } = await exported(0);
    expect([events, parquetMetadata(file).schema.map(({ name }) => name)]).toEqual([
      0,
      [
        'event',
        'position',
        'recorded_at',
        'stream',
        'revision',
        'id',
        'type',
        'version',
        'data',
        'metadata',
        'prev_hash',
        'hash',
      ],
    ]);
  });
});

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventsAfter, type RecordedEvent } from '@tallystick/decider';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { ExportedLog } from './export';

/** Events of a row group: what is in memory at once. */
const ROW_GROUP = 20_000;
const HASH_BYTES = 32;

const text = new TextDecoder('utf-8', { fatal: true });

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema'];

interface Column {
  readonly element: Schema[number];
  readonly of: (event: RecordedEvent) => bigint | number | string | Date | Uint8Array;
}

/**
 * The columns of `<service>.events.parquet`, none of them ever null. `data` and `metadata` are the stored bytes, which are
 * UTF-8 of canonical JSON: the hash of an event is made of them as they stand. `metadata` is empty where an event has none.
 */
const COLUMNS: readonly Column[] = [
  { element: { name: 'position', type: 'INT64' }, of: ({ position }) => BigInt(position) },
  {
    element: { name: 'recorded_at', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
    of: ({ recordedAt }) => new Date(recordedAt),
  },
  { element: textOf('stream'), of: ({ stream }) => stream },
  { element: { name: 'revision', type: 'INT32' }, of: ({ revision }) => revision },
  { element: textOf('id'), of: ({ id }) => id },
  { element: textOf('type'), of: ({ type }) => type },
  { element: { name: 'version', type: 'INT32' }, of: ({ version }) => version },
  { element: textOf('data'), of: ({ data }) => text.decode(data) },
  { element: textOf('metadata'), of: ({ metadata }) => text.decode(metadata) },
  { element: hashOf('prev_hash'), of: ({ prevHash }) => Uint8Array.from(prevHash) },
  { element: hashOf('hash'), of: ({ hash }) => Uint8Array.from(hash) },
];

const SCHEMA: Schema = [
  { name: 'event', num_children: COLUMNS.length },
  ...COLUMNS.map(({ element }) => ({ ...element, repetition_type: 'REQUIRED' as const })),
];

/**
 * Writes one log as it is stored into `<service>.events.parquet`, in log order, for those who query it with columns; answers how
 * many events. The verifier reads NDJSON: a seal is not part of it.
 */
export async function exportEventsParquet(
  folder: string,
  { service, log }: Pick<ExportedLog, 'service' | 'log'>,
): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const writer = new ParquetWriter({
    writer: fileWriter(join(folder, `${service}.events.parquet`)),
    schema: SCHEMA,
    kvMetadata: [{ key: 'tallystick.events', value: `1 ${service}` }],
    createdBy: 'tallystick',
  });
  let group: RecordedEvent[] = [];
  let events = 0;
  const write = () => {
    if (group.length > 0) writer.write({ columnData: columnsOf(group), rowGroupSize: ROW_GROUP });
    events += group.length;
    group = [];
  };
  for await (const page of eventsAfter(log)) {
    for (const event of page) {
      group.push(event);
      if (group.length === ROW_GROUP) write();
    }
  }
  write();
  writer.finish();
  return events;
}

function columnsOf(events: readonly RecordedEvent[]) {
  return COLUMNS.map(({ element: { name }, of }) => ({ name, data: events.map((event) => of(event)) }));
}

function textOf(name: string): Schema[number] {
  return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
}

function hashOf(name: string): Schema[number] {
  return { name, type: 'FIXED_LEN_BYTE_ARRAY', type_length: HASH_BYTES };
}

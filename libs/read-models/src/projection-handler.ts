import { type Batch, type BatchHandler, type BusRecord, DONE, DUPLICATE } from '@tallystick/messaging';
import {
  type Connection,
  inOneWrite,
  int4Column,
  int8Column,
  inTransaction,
  isTakenAhead,
  isUniqueViolation,
  moveCheckpoint,
  type Pool,
  type PositionCheckpoint,
} from '@tallystick/postgres';
import type { ContractProjection } from './projection';
import { passingOverKnown, writeRows } from './row-statement';
import { closeGate, consumerOf, enterGate, stepOf, tablesOf } from './tables';

/** What was taken ahead is remembered this long; a dead letter is not redriven twice (the first redrive closes it). */
const REMEMBERED = "interval '30 days'";

const FORGET = `
  delete from consumed_ahead as ahead using unnest($3::int[], $4::bigint[]) as came (partition, position)
   where ahead.consumer = $1 and ahead.topic = $2
     and ahead.partition = came.partition and ahead.position = came.position
  returning ahead.partition, ahead.position`;

const REMEMBER = `
  insert into consumed_ahead (consumer, topic, partition, position)
  select $1, $2, came.partition, came.position from unnest($3::int[], $4::bigint[]) as came (partition, position)
   order by came.partition, came.position
  on conflict do nothing
  returning partition, position`;

interface Place {
  readonly partition: number;
  readonly position: string;
}

const placeName = ({ partition, position }: Place): string => `${partition}/${BigInt(position)}`;

function columnsOf(records: readonly BusRecord[]): readonly [Buffer, Buffer] {
  return [int4Column(records.map(({ partition }) => partition)), int8Column(records.map(({ position }) => position))];
}

/** The records of a batch whose rows are not there yet. The position will stand for them: nothing is remembered. */
async function notTakenAhead(
  connection: Connection,
  projection: ContractProjection,
  { topic, records }: Batch,
): Promise<readonly BusRecord[]> {
  const { rows } = await connection.query<Place>({
    name: 'projection-forget',
    text: FORGET,
    values: [consumerOf(projection), topic, ...columnsOf(records)],
  });
  if (rows.length === 0) return records;
  const taken = new Set(rows.map(placeName));
  return records.filter((record) => !taken.has(placeName(record)));
}

/** The records of a batch whose rows are not there yet; each is remembered, as no position stands for them. */
async function takenAhead(
  connection: Connection,
  projection: ContractProjection,
  { topic, records }: Batch,
): Promise<readonly BusRecord[]> {
  const consumer = consumerOf(projection);
  await connection.query(`delete from consumed_ahead where consumer = $1 and taken_at < now() - ${REMEMBERED}`, [
    consumer,
  ]);
  const { rows } = await connection.query<Place>(REMEMBER, [consumer, topic, ...columnsOf(records)]);
  const fresh = new Set(rows.map(placeName));
  return records.filter((record) => fresh.has(placeName(record)));
}

/**
 * Consumes a topic for a projection: rows and position move in one transaction, so every record is applied exactly once
 * whatever is delivered again. Outcomes are `done`, or `duplicate` for what was applied before; a fault throws and
 * nothing moves. The pool is pipelined; its search path is the schema of the projection's tables.
 */
export function projectionHandler(projection: ContractProjection, topic: string, pool: Pool): BatchHandler {
  const statements = projection.statements[topic];
  if (statements === undefined) throw new Error(`Projection ${projection.name} does not live from ${topic}`);
  const table = tablesOf(projection);

  const applyAll = (records: readonly BusRecord[], checkpoint: PositionCheckpoint): Promise<void> =>
    inOneWrite(pool, [stepOf(projection, checkpoint), ...statements(records, table)]);

  const applyNew = (batch: Batch): Promise<ReadonlySet<BusRecord>> =>
    inTransaction(pool, async (connection) => {
      const { checkpoint } = batch;
      // What no position stands for may come beside the partition's holder: it is written alone.
      await (checkpoint ? enterGate : closeGate)(connection, projection);
      if (checkpoint) await moveCheckpoint(connection, checkpoint);
      const fresh = await (checkpoint ? notTakenAhead : takenAhead)(connection, projection, batch);
      if (fresh.length > 0) await writeRows(connection, statements(fresh, table).map(passingOverKnown));
      return new Set(fresh);
    });

  return async (batch) => {
    const { records, checkpoint } = batch;
    if (records.length === 0) return [];
    const areAllNew = checkpoint !== undefined && (await happened(applyAll(records, checkpoint)));
    const applied = areAllNew ? new Set(records) : await applyNew(batch);
    if (checkpoint) batch.checkpointMoved();
    return records.map((record) => (applied.has(record) ? DONE : DUPLICATE));
  };
}

/** False where it was undone because something is there already. */
async function happened(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isUniqueViolation(error) || isTakenAhead(error)) return false;
    throw error;
  }
}

import { createInterface } from 'node:readline';
import { createPool } from '@tallystick/postgres';
import { Effects } from '@tallystick/testing';
import type { Batch, Outcome } from '../src';
import type { BusServer } from '../src/delivery/bus-server';
import { KafkaBusServer, kafkaClient } from '../src/kafka';
import { PostgresBusServer } from '../src/postgres';
import type { ProcessOrders } from './member-process';
import { openBinding } from './open-binding';

const orders = JSON.parse(process.argv[2] ?? '{}') as ProcessOrders;
const told = new Map<string, () => void>();
const toldTo = (line: string): Promise<void> => new Promise((resolve) => told.set(line, resolve));
const [go, end] = [toldTo('go'), toldTo('end')];
createInterface({ input: process.stdin }).on('line', (line) => told.get(line)?.());

const pool = createPool(orders.url, { max: 3, applicationName: 'member-process', searchPath: orders.schema });
const effects = new Effects(pool);
let isFirst = true;

/** Applies half, says so and stops until told to go on. */
async function handle({ records }: Batch): Promise<readonly Outcome[]> {
  if (!isFirst) return effects.apply(orders.consumer, 'process', records);
  isFirst = false;
  const middle = Math.ceil(records.length / 2);
  const first = await effects.apply(orders.consumer, 'process', records.slice(0, middle));
  console.log('half');
  await go;
  const second = await effects.apply(orders.consumer, 'process', records.slice(middle));
  console.log('answered');
  return [...first, ...second];
}

function serverOf({ bus, brokers = '', consumer, topic, leaseMs }: ProcessOrders): BusServer {
  const source = { kind: 'outside', pool, ...openBinding(topic) } as const;
  if (bus === 'postgres') {
    return new PostgresBusServer({ consumer, pool, sources: new Map([[topic, source]]), batchSize: 100, leaseMs });
  }
  const kafka = kafkaClient({ brokers: [brokers], clientId: 'member-process' });
  return new KafkaBusServer({
    ...{ consumer, kafka, pool, batchSize: 100, sessionMs: leaseMs },
    topics: new Map([[topic, source]]),
  });
}

async function main(): Promise<void> {
  const server = serverOf(orders);
  server.subscribe(orders.topic, handle);
  await server.start();
  await end;
  await server.close();
  await pool.end();
  process.exit(0);
}

void main();

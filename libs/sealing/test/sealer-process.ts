import { openPostgresEventStore } from '@tallystick/event-store/postgres';
import { createPool } from '@tallystick/postgres';
import { signerOf } from '@tallystick/proof';
import { Sealer } from '../src';

/** A process that seals the log of a database until it is killed: `sealer-process.ts <url> <schema> <origin> <seed>`. */
async function main([url = '', schema = '', origin = '', seed = '']: readonly string[]): Promise<void> {
  const pool = createPool(url, { max: 4, applicationName: 'killed-sealer', searchPath: schema });
  const store = await openPostgresEventStore({ pool, schema, service: schema });
  const signer = signerOf(origin, 'note', Buffer.from(seed, 'base64'));
  const onFault = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);
  new Sealer({ service: schema, store, pool, signer, batchSize: 3, intervalMs: 1, leaseMs: 400, onFault }).start();
  process.stdout.write('sealing\n');
}

void main(process.argv.slice(2));

// Makes the secrets that docker-compose.yml names and that are not there yet; those that are there stay as they are.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'secrets'));

// The folder keeps other users of this machine out. The files are open to all, since each container reads those that it
// is given as a user of its own.
mkdirSync(folder, { recursive: true, mode: 0o700 });

const key = () => randomBytes(32).toString('base64');
const password = () => randomBytes(24).toString('base64url');

secret('cursor-key', key);
secret('seal-key', key);
secret('vault-key', key);
secret('lease-key', key);
secret('postgres-password', password);
secret('grafana-password', password);
const owner = secret('database-owner-password', password);
secret('database-url', () => `postgres://tallystick:${owner}@postgres:5432/tallystick`);

function secret(name, make) {
  const file = join(folder, name);
  if (!existsSync(file)) {
    writeFileSync(file, `${make()}\n`, { mode: 0o644, flag: 'wx' });
    console.log(`made ${file}`);
  }
  return readFileSync(file, 'utf8').trim();
}

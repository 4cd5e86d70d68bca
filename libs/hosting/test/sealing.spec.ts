import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from '@tallystick/postgres';
import {
  eventLeafHash,
  isSignedBy,
  readCheckpoint,
  readNote,
  readVerifierKey,
  verifyConsistency,
  verifyInclusion,
} from '@tallystick/proof';
import { startTestDatabase, until } from '@tallystick/testing';
import { bootServices, type Host } from '../src';
import type { InclusionAnswer } from '../src/audit';
import { BootedPair, DEFINITIONS } from './booted-pair';

let pair: BootedPair;
let pool: Pool;
let host: Host;
let dataFolder: string;

beforeAll(async () => {
  pair = await BootedPair.start('sealing');
  ({ pool, host, dataFolder } = pair);
}, 60_000);

afterAll(() => pair.stop());

const token: BootedPair['token'] = (...of) => pair.token(...of);
const add: BootedPair['add'] = (...of) => pair.add(...of);

interface Status {
  readonly services: readonly { readonly service: string; readonly head: string; readonly sealing?: object }[];
}

async function status(): Promise<Status> {
  const answer = await fetch(`${host.url}/v1/status`, { headers: { authorization: await token(['status:read']) } });
  return (await answer.json()) as Status;
}

async function audited(path: string, permissions: readonly string[] = ['audit:read'], tenant?: string) {
  const headers = { authorization: await token(permissions, tenant) };
  const answer = await fetch(`${host.url}/v1/audit/${path}`, { headers });
  return { status: answer.status, body: (await answer.json()) as unknown };
}

describe('The log of a service', () => {
  interface Sealed {
    readonly size: number;
    readonly root: string;
    readonly key: string;
    readonly note: string;
  }

  async function sealed(): Promise<Sealed> {
    const { head } = (await status()).services.find(({ service }) => service === 'counter')!;
    await until('the log is sealed', async () => {
      const { body } = await audited('counter/checkpoint');
      return (body as { readonly position?: string }).position === head;
    });
    return (await audited('counter/checkpoint')).body as Sealed;
  }

  it('is sealed as it grows, signed with a key of the data folder that its owner alone may read', async () => {
    await add('sealed', '1', 'k-seal-1');
    const { size, root, key, note } = await sealed();
    const signed = readNote(note);
    expect(isSignedBy(signed, readVerifierKey(key))).toBe(true);
    expect(readCheckpoint(signed.text)).toEqual({
      origin: 'tallystick.local/counter',
      size,
      root: Buffer.from(root, 'base64'),
    });
    expect(statSync(join(dataFolder, 'tally-seal-key.txt')).mode & 0o777).toBe(0o600);
    const day = readdirSync(join(dataFolder, 'checkpoints')).find((file) => file.startsWith('counter-'))!;
    const lines = readFileSync(join(dataFolder, 'checkpoints', day), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Sealed).note)).toContain(note);
  });

  it('proves an event to an auditor of its tenant, and to nobody else', async () => {
    await add('proven', '1', 'k-seal-2');
    const { size, root } = await sealed();
    const { rows } = await pool.query<{ id: string; stream: string; revision: number }>(
      'select event_id as id, stream, revision from counter.event order by position desc limit 1',
    );
    const { id, stream, revision } = rows[0]!;
    const { status: code, body } = await audited(`counter/proof/${stream}/${revision}`);
    expect((body as InclusionAnswer).event).toBe(id);
    const { leaf, leafHash, seq, proof } = body as InclusionAnswer;
    expect(code).toBe(200);
    expect(leaf.stream).toBe(stream);
    const hash = eventLeafHash({
      ...leaf,
      recordedAt: Number(leaf.recordedAt),
      hash: Buffer.from(leaf.hash, 'base64'),
    });
    expect(hash.toString('base64')).toBe(leafHash);
    const path = proof.map((part) => Buffer.from(part, 'base64'));
    expect(verifyInclusion(seq, hash, { size, root: Buffer.from(root, 'base64') }, path)).toBe(true);

    expect((await audited(`counter/proof/${stream}/${revision}`, ['events:read'])).status).toBe(403);
    expect((await audited(`counter/proof/${stream}/${revision}`, ['audit:read'], 'other')).status).toBe(404);
    expect((await audited(`counter/proof/${stream}/${revision + 1}`)).status).toBe(404);
    expect((await audited(`counter/proof/${stream}/one`)).status).toBe(422);
  });

  it('shows that it only grew between two of its checkpoints', async () => {
    const before = await sealed();
    await add('grown', '1', 'k-seal-3');
    const after = await sealed();
    const { status: code, body } = await audited(`counter/consistency?from=${before.size}&to=${after.size}`);
    expect(code).toBe(200);
    const { proof } = body as { readonly proof: readonly string[] };
    const headOf = ({ size, root }: Sealed) => ({ size, root: Buffer.from(root, 'base64') });
    const path = proof.map((part) => Buffer.from(part, 'base64'));
    expect(verifyConsistency(headOf(before), headOf(after), path)).toBe(true);

    expect((await audited(`counter/consistency?from=${after.size}&to=${before.size}`)).status).toBe(404);
    expect((await audited('counter/consistency?from=1')).status).toBe(422);
  });

  it('has nothing to show where its service writes no events, or is not here', async () => {
    expect((await audited('echo/checkpoint')).status).toBe(404);
    expect((await audited('nobody/checkpoint')).status).toBe(404);
  });

  it('tells its seal with the status', async () => {
    const { size } = await sealed();
    const { services } = await status();
    expect(services.find(({ service }) => service === 'counter')?.sealing).toMatchObject({ size, behind: 0 });
    expect(services.find(({ service }) => service === 'echo')?.sealing).toBeUndefined();
  });
});

describe('A process without the role of the sealer', () => {
  it('needs no key to seal with, and seals nothing', async () => {
    const apart = await startTestDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'tallystick-unsealed-'));
    const roles = 'http,consumer,projector,relay,clock';
    const unsealed = await bootServices(DEFINITIONS, {
      DATABASE_URL: apart.url,
      TALLY_DATA: folder,
      TALLY_ROLES: roles,
    });
    expect(existsSync(join(folder, 'tally-seal-key.txt'))).toBe(false);
    expect((await unsealed.services[0]!.status()).sealing).toBeUndefined();
    await unsealed.close();
    await apart.drop();
    rmSync(folder, { recursive: true });
  }, 60_000);
});

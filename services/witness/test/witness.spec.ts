import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkpointText,
  consistencyRanges,
  cosignedAt,
  GrowingTree,
  leafHash,
  readCheckpoint,
  rangeHash,
  readNote,
  readSignatureLine,
  readVerifierKey,
  signerOf,
  signNote,
  type Tile,
  type VerifierKey,
} from '@tallystick/proof';
import { originHash, type RunningWitness, serveWitness } from '../src';

const ORIGIN = 'tallystick.test/ledger';
const log = signerOf(ORIGIN, 'note', Buffer.alloc(32, 1));

/** A log that can say any of its sizes; `salt` makes another history. */
class TestLog {
  private readonly tile: Tile;

  constructor(salt = '') {
    const tree = new GrowingTree(0, () => Buffer.alloc(0));
    tree.append(Array.from({ length: 200 }, (_, i) => leafHash(Buffer.from(`${salt}${i}`))));
    this.tile = tree.takeChanged()[0]!;
  }

  note(size: number, signer = log, origin = ORIGIN): string {
    return signNote(
      checkpointText({ origin, size, root: rangeHash({ start: 0, end: size }, () => this.tile.hashes) }),
      signer,
    );
  }

  submission(old: number, size: number, note = this.note(size)): string {
    const hashes =
      old > size ? [] : consistencyRanges(old, size).map((range) => rangeHash(range, () => this.tile.hashes));
    return `old ${old}\n${hashes.map((hash) => `${hash.toString('base64')}\n`).join('')}\n${note}`;
  }
}

const history = new TestLog();
const rewritten = new TestLog('other ');

describe('a witness', () => {
  let folder: string;
  let witness: RunningWitness;
  let key: VerifierKey;

  const start = async (): Promise<void> => {
    witness = await serveWitness({ folder, name: 'witness.test/w1', logKeys: [log.verifier.text], port: 0 });
    key = readVerifierKey(witness.key);
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tallystick-witness-'));
    await start();
  });
  afterEach(async () => {
    await witness.close();
    rmSync(folder, { recursive: true });
  });

  async function add(body: string): Promise<{ status: number; type: string | null; text: string }> {
    const answer = await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  }

  const shown = (): Promise<Response> => fetch(`${witness.url}/${originHash(ORIGIN)}/checkpoint`);

  it('cosigns a log that grows, and shows what it cosigned last', async () => {
    expect((await shown()).status).toBe(404);
    for (const [old, size] of [
      [0, 5],
      [5, 5],
      [5, 64],
      [64, 200],
    ] as const) {
      const { status, text } = await add(history.submission(old, size));
      expect(status).toBe(200);
      const note = { text: readNote(history.note(size)).text, signatures: [readSignatureLine(text.trimEnd())] };
      expect(cosignedAt(note, key)).toBeGreaterThan(1_700_000_000);
    }
    const last = await (await shown()).text();
    expect(last.startsWith(history.note(200))).toBe(true);
    expect(cosignedAt(readNote(last), key)).toBeDefined();
  });

  it('tells the size that it cosigned last to a log that believes another', async () => {
    await add(history.submission(0, 20));
    const conflict = { status: 409, type: 'text/x.tlog.size', text: '20\n' };
    expect(await add(history.submission(0, 30))).toEqual(conflict);
    expect(await add(history.submission(10, 30))).toEqual(conflict);
    expect(await add(history.submission(5, 10))).toEqual(conflict);
  });

  it('never cosigns another history, however well it is signed', async () => {
    await add(history.submission(0, 20));
    expect((await add(rewritten.submission(20, 30))).status).toBe(422);
    expect((await add(rewritten.submission(20, 20))).status).toBe(422);
    expect((await add(history.submission(20, 30))).status).toBe(200);
  });

  it('remembers after a restart what it cosigned, and keeps its key where its owner alone may read it', async () => {
    await add(history.submission(0, 20));
    const before = witness.key;
    await witness.close();
    await start();
    expect(witness.key).toBe(before);
    expect(statSync(join(folder, 'witness-key.txt')).mode & 0o777).toBe(0o600);
    expect((await add(rewritten.submission(0, 30))).text).toBe('20\n');
    expect((await add(history.submission(20, 30))).status).toBe(200);
  });

  it('passes over a line that a crash cut short: its cosignature never left', async () => {
    await add(history.submission(0, 20));
    await add(history.submission(20, 30));
    const file = join(folder, `${originHash(ORIGIN)}.ndjson`);
    const lines = readFileSync(file, 'utf8');
    await witness.close();
    truncateSync(file, lines.length - 10);
    await start();
    expect((await add(history.submission(30, 40))).text).toBe('20\n');
    expect((await add(history.submission(20, 40))).status).toBe(200);
    await witness.close();
    await start();
    expect((await add(history.submission(0, 50))).text).toBe('40\n');
    const kept = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(kept.map((line) => readCheckpoint(readNote((JSON.parse(line) as { note: string }).note).text).size)).toEqual(
      [20, 40],
    );
  });

  it.each([
    [
      'a log that it does not know',
      404,
      history.submission(0, 5, history.note(5, signerOf('other/log', 'note', Buffer.alloc(32, 3)), 'other/log')),
    ],
    [
      'a checkpoint in the name of the log by another key',
      403,
      history.submission(0, 5, history.note(5, signerOf(ORIGIN, 'note', Buffer.alloc(32, 4)))),
    ],
    ['a signature that is not that of the checkpoint', 403, history.submission(0, 5).replace('\n5\n', '\n6\n')],
    ['an old size beyond the checkpoint', 400, history.submission(9, 5)],
    ['an old size with a leading zero', 400, history.submission(0, 5).replace('old 0', 'old 00')],
    [
      'a proof where there is nothing to prove',
      422,
      history.submission(0, 5).replace('old 0\n', `old 0\n${Buffer.alloc(32).toString('base64')}\n`),
    ],
    [
      'more than 63 hashes',
      400,
      history.submission(0, 5).replace('old 0\n', `old 0\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}`),
    ],
    ['something else', 400, 'hello'],
    ['more than any checkpoint holds', 413, 'x'.repeat(70_000)],
  ])('refuses %s with %s', async (_what, status, body) => {
    expect((await add(body)).status).toBe(status);
    expect((await shown()).status).toBe(404);
  });
});

import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptSecret } from './kept-secret';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-secret-'));
  file = join(folder, 'a.password');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('a kept secret', () => {
  it('is made once, readable by its owner alone, and nothing else is left behind', () => {
    expect(keptSecret(file, () => 'first\n')).toBe('first');
    expect(keptSecret(file, () => 'second\n')).toBe('first');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a.password']);
  });

  it('is the same for two who make it at the same moment', () => {
    let other: string | undefined;
    const ours = keptSecret(file, () => {
      other = keptSecret(file, () => 'theirs');
      return 'ours';
    });
    expect([ours, other]).toEqual(['theirs', 'theirs']);
    expect(readdirSync(folder)).toEqual(['a.password']);
  });

  it('is refused where its file is empty', () => {
    writeFileSync(file, '\n');
    expect(() => keptSecret(file, () => 'new')).toThrow('a.password is empty');
  });
});

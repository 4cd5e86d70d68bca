import { join, normalize } from 'node:path';
import { testTitles } from './test-titles';
import { textOf, workspaceFiles } from './workspace';

/** Cases of bad input that the entrances of today can meet; the others come with the routes that they aim at. */
const CASES = [...range(1, 44), ...range(46, 48), ...range(52, 61), ...range(76, 83), 88];

const files = workspaceFiles();
const rows = new Map(
  [...textOf('docs/bad-input.md').matchAll(/^\| *(\d+) *\|(.*)\|$/gm)].map(([, number, cells = '']) => [
    Number(number),
    cells,
  ]),
);

describe('docs/bad-input.md', () => {
  it('has a row for every case, in order', () => {
    expect([...rows.keys()]).toEqual(CASES);
  });

  it.each(CASES)('names for case %i specifications that have its number in a title', (number) => {
    const specs = specsIn(rows.get(number) ?? '');
    const silent = specs.filter((path) => !files.includes(path) || !casesIn(textOf(path)).has(number));
    expect([specs.length > 0, silent]).toEqual([true, []]);
  });

  it('names codes that have a page in docs/problems', () => {
    const codes = [...rows.values()].flatMap((cells) => codesIn(cells));
    expect(codes.filter((code) => !files.includes(`docs/problems/${code}.md`))).toEqual([]);
  });

  it('names for every code a specification that expects it', () => {
    const unheld = [...rows].flatMap(([number, cells]) => {
      const texts = specsIn(cells).map(textOf).join('\n');
      const unexpected = codesIn(cells).filter((code) => !texts.includes(code));
      return unexpected.map((code) => `${number}: ${code}`);
    });
    expect(unheld).toEqual([]);
  });
});

function codesIn(cells: string): readonly string[] {
  const codes = cells.matchAll(/`([a-z]+(?:-[a-z0-9]+)+|undecodable|unauthentic|empty|forbidden)`/g);
  return [...codes].map(([, code = '']) => code);
}

function specsIn(cells: string): readonly string[] {
  return [...cells.matchAll(/\]\(([^)]+\.spec\.ts)\)/g)].map(([, link = '']) => normalize(join('docs', link)));
}

/** The cases that the titles of a specification name: `12: …`, `16, 17: …`, `case 12`, `cases 52 to 55`. */
function casesIn(spec: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const title of testTitles(spec)) {
    for (const [, listed = ''] of title.matchAll(/^(\d+(?:, \d+)*): /g)) addAll(found, listed);
    for (const [, listed = ''] of title.matchAll(/\bcases? (\d+(?:(?:, | and | to )\d+)*)/g)) addAll(found, listed);
  }
  return found;
}

function addAll(found: Set<number>, listed: string): void {
  for (const part of listed.split(/, | and /)) {
    const [from = NaN, to = from] = part.split(' to ').map(Number);
    for (const number of range(from, to)) found.add(number);
  }
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

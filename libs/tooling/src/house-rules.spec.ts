import { basename, dirname, join, normalize } from 'node:path';
import { existsSync } from 'node:fs';
import { ROOT, textOf, workspaceFiles } from './workspace';

const REFUSED_NAMES = /^(common|shared|core|utils?|helpers?|base|managers?)([.-]|$)/i;
const SERVICES_WITH_DOMAIN = ['campaigns', 'insights', 'ledger', 'membership', 'organization', 'settlement'];
const LONGEST_FILE = 400;

const files = workspaceFiles();

describe('names', () => {
  it('say what is inside: no common, shared, core, utils, helpers, base or manager', () => {
    const named = files.filter((path) => path.split('/').some((part) => REFUSED_NAMES.test(part)));
    expect(named).toEqual([]);
  });
});

describe('files', () => {
  it(`have at most ${LONGEST_FILE} lines of code`, () => {
    const code = files.filter((path) => /\.(ts|mjs|cjs|sql|py)$/.test(path));
    const long = code.filter((path) => textOf(path).split('\n').length - 1 > LONGEST_FILE);
    expect(long).toEqual([]);
  });
});

describe('the floor plan', () => {
  const plan = (name: string): readonly string[] => [
    'README.md',
    'domain/src/index.ts',
    `src/${name}.module.ts`,
    'src/main.ts',
    'src/publications.ts',
  ];

  it.each(SERVICES_WITH_DOMAIN)('of %s is complete', (name) => {
    const missing = plan(name).filter((path) => !files.includes(`services/${name}/${path}`));
    expect(missing).toEqual([]);
  });

  it('names every policy by what is heard and what is done then', () => {
    const policies = files.filter((path) => /^services\/[^/]+\/src\/policies\//.test(path));
    const other = policies.filter((path) => !/^when(-[a-z]+){3,}(\.spec)?\.ts$/.test(basename(path)));
    expect(other).toEqual([]);
  });

  it('gives a subscriptions.ts to every service that has policies', () => {
    const hearing = SERVICES_WITH_DOMAIN.filter((name) => anyUnder(`services/${name}/src/policies/`));
    const silent = hearing.filter((name) => !files.includes(`services/${name}/src/subscriptions.ts`));
    expect(silent).toEqual([]);
  });

  it('keeps a projection, its query and its table in a folder of its name', () => {
    const parts = files.filter((path) => /^services\/.*\.(projection|query|table)\.(ts|sql)$/.test(path));
    const misplaced = parts.filter((path) => !/\/src\/projections\/([^/]+)\/\1\.[a-z]+\.(ts|sql)$/.test(path));
    expect(misplaced).toEqual([]);
  });

  it('gives every project a type tag that the boundaries know, and a scope to what belongs to a service', () => {
    const projects = files.filter((path) => basename(path) === 'project.json');
    const odd = projects.filter((path) => !hasFittingTags(path));
    expect(odd).toEqual([]);
  });
});

describe('dependencies', () => {
  it('have a line each in docs/dependencies.md, and no line is left over', () => {
    const { dependencies, devDependencies } = JSON.parse(textOf('package.json')) as Record<string, object>;
    const wanted = [...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})].sort();
    const told = [...textOf('docs/dependencies.md').matchAll(/^\| `([^`]+)` +\|/gm)].map(([, name]) => name).sort();
    expect(told).toEqual(wanted);
  });

  it('are locked with their content’s hash and without a place to fetch them from', () => {
    const { packages } = JSON.parse(textOf('package-lock.json')) as {
      packages: Record<string, { integrity?: string; resolved?: string; inBundle?: boolean }>;
    };
    const locked = Object.entries(packages).filter(([path]) => path !== '');
    const open = locked.filter(([, entry]) => entry.resolved !== undefined || !(entry.integrity ?? entry.inBundle));
    expect(locked.length).toBeGreaterThan(0);
    expect(open.map(([path]) => path)).toEqual([]);
  });
});

describe('documents', () => {
  it('link to files that exist', () => {
    const pages = files.filter((path) => path.endsWith('.md'));
    const broken = pages.flatMap((page) =>
      localLinks(textOf(page))
        .filter((link) => !existsSync(join(ROOT, normalize(join(dirname(page), link)))))
        .map((link) => `${page} → ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('number the decisions without a gap and give each its context, decision and consequences', () => {
    const records = files.filter((path) => /^docs\/decisions\/.*\.md$/.test(path) && !path.endsWith('README.md'));
    const numbers = records.map((path) => basename(path).slice(0, 5));
    expect(numbers).toEqual(records.map((_, index) => `${String(index + 1).padStart(4, '0')}-`));
    const unfinished = records.filter((path) => !isWholeRecord(path));
    expect(unfinished).toEqual([]);
  });
});

function anyUnder(folder: string): boolean {
  return files.some((path) => path.startsWith(folder));
}

function hasFittingTags(path: string): boolean {
  const { tags } = JSON.parse(textOf(path)) as { tags: readonly string[] };
  const [type, scope, ...more] = tags;
  const service = /^services\/([^/]+)\//.exec(path)?.[1] ?? '';
  const isScoped = SERVICES_WITH_DOMAIN.includes(service);
  const isKnown = /^type:(pure|domain|lib|service|witness|host|cli|simulation|testing|tooling)$/.test(type ?? '');
  return isKnown && more.length === 0 && scope === (isScoped ? `scope:${service}` : undefined);
}

/** The targets of Markdown links that lead to a file, without their anchors. */
function localLinks(page: string): readonly string[] {
  const prose = page.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/i.test(target));
}

function isWholeRecord(path: string): boolean {
  const text = textOf(path);
  const number = basename(path).slice(0, 4);
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  return text.startsWith(`# ${number} `) && headings.join() === 'Context,Decision,Consequences';
}

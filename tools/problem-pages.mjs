// The pages of docs/problems: one for each code under which anything is refused, from the refusal tables in the code.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BY_CODE, BY_STATUS } from './problem-advice.mjs';

const ON_TOPICS = [
  'On a topic the record is a dead letter of its consumer under this code: `npx tally dead-letters list`, and once the cause is',
  'mended `npx tally dead-letters redrive`.',
  '',
  '在主题上,该记录以此代码成为其消费者的死信:用 `npx tally dead-letters list` 查看,原因解决后用 `npx tally dead-letters redrive` 重新投递。',
  '',
];

/** Texts of the pages by file name. `load` requires a source file of the workspace, `root` is the workspace folder. */
export function problemPages(root, load) {
  const { ENTRANCE_PROBLEMS, FAMILY_STATUS } = load('libs/http/src/problem.ts');
  const { FAULTS } = load('libs/contracts/src/validation/faults.ts');
  const codes = new Map();
  const note = (code, by, { family, retryable, title, status = FAMILY_STATUS[family] }) => {
    const said = codes.get(code) ?? [];
    said.push({ by, family: family ?? familyOf(status, FAMILY_STATUS), retryable, title, status });
    codes.set(code, said);
  };
  for (const [code, row] of Object.entries(FAULTS)) note(code, 'every entrance', row);
  for (const [code, row] of Object.entries(ENTRANCE_PROBLEMS)) if (!(code in FAULTS)) note(code, 'HTTP', row);
  const { DELIVERY_REFUSALS } = load('libs/messaging/src/delivery/refusals.ts');
  for (const [code, row] of Object.entries(DELIVERY_REFUSALS)) note(code, 'topics', row);
  for (const [service, table] of serviceTables(root, load)) {
    for (const [code, row] of Object.entries(table)) {
      if (!codes.get(code)?.some(({ by }) => by === service)) note(code, service, row);
    }
  }
  const sorted = [...codes].sort(([a], [b]) => (a < b ? -1 : 1));
  const pages = new Map(sorted.map(([code, said]) => [`${code}.md`, pageOf(code, said)]));
  return pages.set('README.md', indexOf(sorted));
}

function familyOf(status, statuses) {
  return Object.keys(statuses).find((family) => statuses[family] === status) ?? 'malformed';
}

/** Refusal tables that a service's deciders carry, and those that its application exports by name. */
function* serviceTables(root, load) {
  for (const service of readdirSync(join(root, 'services')).sort()) {
    const domain = `services/${service}/domain/src/index.ts`;
    if (!existsSync(join(root, domain))) continue;
    for (const value of Object.values(load(domain))) if (isTable(value?.refusals)) yield [service, value.refusals];
    const application = join(root, 'services', service, 'src/application');
    for (const file of existsSync(application) ? readdirSync(application).sort() : []) {
      if (!/export const \w+_REFUSALS: RefusalTable/.test(readFileSync(join(application, file), 'utf8'))) continue;
      const exported = Object.entries(load(`services/${service}/src/application/${file}`));
      for (const [name, table] of exported) if (name.endsWith('_REFUSALS')) yield [service, table];
    }
  }
}

function isTable(value) {
  return typeof value === 'object' && value !== null && Object.values(value).every((row) => row?.family && row.title);
}

function pageOf(code, said) {
  const rows = said.map(
    ({ by, status, family, retryable, title }) =>
      `| ${by} | ${title.en}<br>${title.zh} | ${status} | ${family} | ${retryable ? 'may succeed later · 稍后可能成功' : 'is refused again · 仍会被拒绝'} |`,
  );
  const { en, zh } = BY_CODE[code] ?? BY_STATUS[said[0].status];
  return [
    `# ${code}`,
    '',
    '| said by | meaning | HTTP status | family | the same again |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    '## What to do',
    '',
    en,
    '',
    zh,
    '',
    ...(said.every(({ by }) => by === 'HTTP') ? [] : ON_TOPICS),
  ].join('\n');
}

function indexOf(sorted) {
  return [
    '# Problems',
    '',
    'Every code under which a request, a record or a command is refused. Made by `node tools/emit-documents.mjs` from the refusal',
    'tables in the code; do not edit by hand.',
    '',
    '| code | meaning | 含义 | HTTP status |',
    '|---|---|---|---|',
    ...sorted.map(([code, [{ title, status }]]) => `| [${code}](${code}.md) | ${title.en} | ${title.zh} | ${status} |`),
    '',
  ].join('\n');
}

// Writes docs/events (JSON Schema of each contract, asyncapi.yaml, README.md) from the classes in libs/contracts, and
// docs/problems (a page for each code) from the refusal tables.
//   node tools/emit-documents.mjs            writes the documents
//   node tools/emit-documents.mjs --check    exits 1 where what is committed differs
//   node tools/emit-documents.mjs --freeze   writes libs/contracts/frozen too; refuses incompatible changes
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import ts from 'typescript';
import { stringify } from 'yaml';
import { problemPages } from './problem-pages.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const contractsFolder = join(root, 'libs/contracts');
const eventsFolder = join(root, 'docs/events');
const problemsFolder = join(root, 'docs/problems');
const frozenFolder = join(contractsFolder, 'frozen');
const wanted = process.argv[2];
if (process.argv.length > 3 || (wanted !== undefined && wanted !== '--check' && wanted !== '--freeze')) {
  console.error('usage: node tools/emit-documents.mjs [--check | --freeze]');
  process.exit(2);
}

const load = sourceLoader();
const { documents, schemaOf } = load('libs/contracts/src/index.ts');
const emitted = new Map([
  [eventsFolder, await documentsOf(readProse(), readHearers())],
  [problemsFolder, await formattedIn(problemsFolder, problemPages(root, load))],
]);
if (wanted === '--check') for (const [folder, files] of emitted) check(folder, files);
else {
  if (wanted === '--freeze') await freeze();
  for (const [folder, files] of emitted) write(folder, files);
}

/** Loads modules straight from their sources, so that no build is needed before. */
function sourceLoader() {
  process.env.TS_NODE_PROJECT = join(root, 'tsconfig.base.json');
  const require = createRequire(import.meta.url);
  require('@swc-node/register');
  return (path) => require(join(root, path));
}

async function documentsOf(prose, hearers) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = new Map();
  for (const contract of documents.everyContract()) {
    const schema = documents.describedSchema(contract, prose);
    files.set(`${documents.contractName(contract)}.schema.json`, JSON.stringify(schema));
  }
  const asyncApi = documents.asyncApiDocument(version, prose, hearers);
  files.set('asyncapi.yaml', stringify(asyncApi, { aliasDuplicateObjects: false }));
  files.set('README.md', documents.topicPage(prose, hearers));
  return formattedIn(eventsFolder, files);
}

async function formattedIn(folder, files) {
  for (const [name, text] of files) files.set(name, await formatted(join(folder, name), text));
  return files;
}

async function formatted(path, text) {
  return prettier.format(text, { ...(await prettier.resolveConfig(path)), filepath: path });
}

function write(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(join(folder, name), { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  console.log(`${files.size} documents in ${relative(root, folder)}`);
}

function check(folder, files) {
  const committed = existsSync(folder) ? readdirSync(folder) : [];
  const stale = [...files].filter(([name, text]) => !committed.includes(name) || read(name) !== text);
  const differing = [...stale.map(([name]) => name), ...committed.filter((name) => !files.has(name))];
  if (differing.length === 0)
    return console.log(`${files.size} documents of ${relative(root, folder)} are as the code says`);
  console.error(`${relative(root, folder)} differs from the code: ${differing.join(', ')}`);
  console.error('run: node tools/emit-documents.mjs');
  process.exitCode = 1;

  function read(name) {
    return readFileSync(join(folder, name), 'utf8');
  }
}

/** A frozen copy is what the released version of a contract promised; it may grow by optional fields only. */
async function freeze() {
  mkdirSync(frozenFolder, { recursive: true });
  for (const contract of documents.everyContract()) {
    const path = join(frozenFolder, `${documents.contractName(contract)}.schema.json`);
    const schema = schemaOf(contract.messageClass);
    const broken = existsSync(path) ? documents.incompatibilities(JSON.parse(readFileSync(path, 'utf8')), schema) : [];
    if (broken.length > 0) {
      console.error(`${relative(root, path)} promised otherwise:\n  ${broken.join('\n  ')}`);
      console.error('declare a new version, or delete the copy if this version was never released');
      process.exitCode = 1;
      continue;
    }
    writeFileSync(path, await formatted(path, JSON.stringify(schema)));
  }
}

/** The doc comments of the message classes and their fields, inherited fields included. */
function readProse() {
  const classes = new Map();
  const sources = readdirSync(join(contractsFolder, 'src'), { recursive: true }).filter((name) =>
    name.endsWith('.v1.ts'),
  );
  for (const name of sources) {
    const text = readFileSync(join(contractsFolder, 'src', name), 'utf8');
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    for (const node of source.statements.filter(ts.isClassDeclaration)) {
      const fields = node.members
        .filter(ts.isPropertyDeclaration)
        .map((field) => [field.name.getText(), commentOf(field)]);
      const parent = node.heritageClauses?.[0]?.types[0]?.expression.getText();
      classes.set(node.name.text, { text: commentOf(node), fields: Object.fromEntries(fields), parent });
    }
  }
  return Object.fromEntries([...classes.keys()].map((name) => [name, withInherited(name, classes)]));
}

function withInherited(name, classes) {
  const { text, fields, parent } = classes.get(name) ?? { text: '', fields: {} };
  if (!parent) return { text, fields };
  const inherited = withInherited(parent, classes);
  return { text: text || inherited.text, fields: { ...inherited.fields, ...fields } };
}

function commentOf(node) {
  const comments = ts.getJSDocCommentsAndTags(node).map((found) => ts.getTextOfJSDocComment(found.comment) ?? '');
  // Rows of the requirement page mean nothing to publishers outside.
  const text = comments.join(' ').replace(/\s*\((capabilities|trust\.md|design)[^)]*\)/g, '');
  return text.replace(/\s+/g, ' ').trim();
}

/** Which services hear a topic, from the topics named in their subscriptions.ts. */
function readHearers() {
  const topics = new Set(documents.everyContract().map(({ topic }) => topic));
  const hearers = {};
  for (const service of readdirSync(join(root, 'services')).sort()) {
    const path = join(root, 'services', service, 'src/subscriptions.ts');
    if (!existsSync(path)) continue;
    const quoted = readFileSync(path, 'utf8').match(/(?<=['"`])[a-z-]+(\.[a-z0-9-]+)+(?=['"`])/g) ?? [];
    for (const topic of new Set(quoted)) if (topics.has(topic)) (hearers[topic] ??= []).push(service);
  }
  return hearers;
}

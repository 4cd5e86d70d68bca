// Runs a real Kafka broker from its published jars: Java and Maven, no Docker, no installation. See --help.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `npm run kafka [-- OPTIONS]
Starts one Kafka broker (KRaft) on loopback and runs until it is interrupted.

  --port PORT    port for clients (default: a free one)
  --data DIR     keep the topics in DIR (default: a new folder that is removed at the end)
  --json         print one line {"brokers", "pid", "data"} when ready; end when standard input ends
  --check        say whether a broker can run here: exit 0, or 3 with the reason
  --help         this text

Needs Java 17 or newer (JAVA_HOME or PATH) and, the first time, Maven (MAVEN_HOME or PATH), which fetches the jars
named in deploy/kafka/pom.xml into .cache/kafka.`;

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const recipe = join(root, 'deploy/kafka');

/** A reason why the machine or the given options do not serve; shown without a stack. */
class Unable extends Error {}

const options = readOptions();
if (options.help) console.log(HELP);
else await (options.check ? check() : run(options)).catch(explain);

function readOptions() {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  try {
    const { values } = parseArgs({ options: { port: text, data: text, json: flag, check: flag, help: flag } });
    const port = values.port === undefined ? 0 : Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`not a port: ${values.port}`);
    return { ...values, port };
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}

function explain(error) {
  console.error(error instanceof Unable ? error.message : error);
  process.exitCode = error instanceof Unable ? 3 : 1;
}

async function check() {
  findJava();
  if (!existsSync(jarFolder())) findMaven();
}

async function run({ port, data, json }) {
  const java = findJava();
  const jars = copyJars();
  const folder = data === undefined ? mkdtempSync(join(tmpdir(), 'tallystick-kafka-')) : resolve(data);
  const leave = () => {
    if (data === undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const clientPort = await freePort(port);
    const settings = writeSettings(folder, clientPort, await freePort(0));
    formatStorage(java, jars, settings);
    await serve(java, jars, settings, folder, (pid) => announce(`127.0.0.1:${clientPort}`, pid, folder, json));
  } finally {
    leave();
  }
}

function announce(brokers, pid, data, json) {
  if (json) console.log(JSON.stringify({ brokers, pid, data }));
  else console.log(`Kafka listens on ${brokers} (KAFKA_BROKERS=${brokers}); data in ${data}. Ctrl-C ends it.`);
}

function findJava() {
  const java = findProgram('java', process.env.JAVA_HOME);
  const shown = java && spawnSync(java, ['-version'], { encoding: 'utf8' });
  if (!shown || shown.error) throw new Unable('no Java: Kafka needs Java 17 or newer');
  const major = Number(/version "(\d+)/.exec(shown.stderr + shown.stdout)?.[1] ?? 0);
  if (major < 17) throw new Unable(`Java ${major} is too old: Kafka needs Java 17 or newer`);
  return java;
}

function findMaven() {
  const maven = findProgram('mvn', process.env.MAVEN_HOME);
  if (!maven) throw new Unable('no Maven: it fetches the jars of Kafka the first time');
  return maven;
}

function findProgram(name, home) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  const folders = [...(home ? [join(home, 'bin')] : []), ...(process.env.PATH ?? '').split(delimiter)];
  const places = folders.flatMap((folder) => endings.map((ending) => join(folder, name + ending)));
  return places.find((place) => existsSync(place));
}

function jarFolder() {
  const hash = createHash('sha256')
    .update(readFileSync(join(recipe, 'pom.xml')))
    .digest('hex');
  return join(root, '.cache/kafka', hash.slice(0, 16));
}

/** Two starters may come here at once: each copies beside, the first renames. */
function copyJars() {
  const folder = jarFolder();
  if (existsSync(folder)) return folder;
  const maven = findMaven();
  mkdirSync(dirname(folder), { recursive: true });
  const beside = mkdtempSync(`${folder}-`);
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${beside}`, '-DincludeScope=runtime'];
  console.error('Fetching the jars of Kafka with Maven …');
  const shell = process.platform === 'win32';
  const result = spawnSync(maven, ['-q', '-B', '-f', join(recipe, 'pom.xml'), ...goal], { encoding: 'utf8', shell });
  try {
    if (result.status !== 0)
      throw new Unable(`Maven could not fetch the jars of Kafka:\n${result.stdout}${result.stderr}`);
    renameSync(beside, folder);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function writeSettings(folder, port, controllerPort) {
  const values = { port, controllerPort, logDir: join(folder, 'log').replaceAll('\\', '/') };
  const template = readFileSync(join(recipe, 'server.properties'), 'utf8');
  const path = join(folder, 'server.properties');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path,
    template.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]),
  );
  return path;
}

/** A folder that was formatted before keeps its topics. */
function formatStorage(java, jars, settings) {
  if (existsSync(join(dirname(settings), 'log/meta.properties'))) return;
  const clusterId = randomBytes(16).toString('base64url');
  const args = ['format', '-t', clusterId.replace(/^-/, 'A'), '-c', settings];
  const result = spawnSync(java, ['-cp', join(jars, '*'), 'kafka.tools.StorageTool', ...args], { encoding: 'utf8' });
  if (result.status !== 0) throw new Unable(`Kafka cannot use its folder:\n${result.stdout}${result.stderr}`);
}

/** Resolves when the broker has ended because it was told to; a broker that ends by itself is an error. */
async function serve(java, jars, settings, folder, onReady) {
  const broker = spawn(
    java,
    ['-Xmx512m', '-XX:+UseSerialGC', `-Dlog4j2.configurationFile=${join(recipe, 'log4j2.yaml')}`].concat([
      '-cp',
      join(jars, '*'),
      'kafka.Kafka',
      settings,
    ]),
    // A group of its own: Ctrl-C reaches the clients first, then this launcher ends the broker.
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const tail = keepLog(broker, join(folder, 'broker.log'), () => {
    clearTimeout(tooSlow);
    onReady(broker.pid);
  });
  let told = false;
  const end = () => {
    if (told) return;
    told = true;
    broker.kill('SIGTERM');
    setTimeout(() => broker.kill('SIGKILL'), STOP_LIMIT_MS).unref();
  };
  const tooSlow = setTimeout(() => broker.kill('SIGKILL'), START_LIMIT_MS);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  process.on('exit', () => broker.kill('SIGKILL'));
  if (options.json) process.stdin.resume().on('close', end).on('error', end);

  const [code, signal] = await new Promise((settle, fail) => {
    broker.once('error', fail);
    broker.once('close', (...ending) => settle(ending));
  });
  clearTimeout(tooSlow);
  process.stdin.destroy();
  if (!told) throw new Error(`Kafka ended by itself (${signal ?? `exit ${code}`}):\n${tail.join('\n')}`);
}

function keepLog(broker, path, onStarted) {
  const log = createWriteStream(path, { flags: 'a' });
  const tail = [];
  for (const stream of [broker.stdout, broker.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      tail.push(line);
      if (tail.length > 40) tail.shift();
      if (line.includes('Kafka Server started')) onStarted();
    });
  }
  broker.once('close', () => log.end());
  return tail;
}

function freePort(wanted) {
  return new Promise((settle, fail) => {
    const server = createServer();
    server.once('error', (error) => fail(new Unable(`port ${wanted} is not free (${error.code})`)));
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => settle(port));
    });
  });
}

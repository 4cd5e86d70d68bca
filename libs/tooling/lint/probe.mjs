// Lints snippets as if they stood in files of the workspace: reads [{path, code}] as JSON from standard input, writes the
// ids of the rules that fired, an array for each. A process of its own, because Jest cannot load an ES module config.
import { text } from 'node:stream/consumers';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const eslint = new ESLint({ cwd: root });
const fired = [];
for (const { path, code } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(code, { filePath: join(root, path) });
  const heard = result.messages.filter(({ ruleId, fatal }) => ruleId !== null || fatal);
  fired.push(heard.map(({ ruleId, message }) => ruleId ?? message));
}
console.log(JSON.stringify(fired));

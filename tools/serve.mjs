// What `npx nx serve ledger` runs: builds what has changed, then one service alone.
import { launch } from './launch.mjs';

const [project, ...args] = process.argv.slice(2);
if (!project) {
  console.error('usage: node tools/serve.mjs PROJECT_FOLDER [ARGUMENTS]');
  process.exit(2);
}
await launch(`${project}/src/main.js`, args);

// What `npm run bench` runs: `tally bench` with the given arguments.
await import('./ensure-deps.mjs');
const { launch } = await import('./launch.mjs');
await launch('services/tally/src/main.js', ['bench', ...process.argv.slice(2)]);

#!/usr/bin/env node
// The command `tally` of this workspace: installs and builds what is missing, then runs the command line.
await import('./ensure-deps.mjs');
const { launch } = await import('./launch.mjs');
await launch('services/tally/src/main.js', process.argv.slice(2));

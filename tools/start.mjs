// What `npm start` runs after the packages are there: builds what has changed, then every service in one process.
import { launch } from './launch.mjs';

await launch('services/standalone/src/main.js', process.argv.slice(2));

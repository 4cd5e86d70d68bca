export { insightsDefinition } from './main';

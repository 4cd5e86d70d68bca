export { settlementDefinition } from './main';

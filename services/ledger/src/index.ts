export { ledgerDefinition } from './main';

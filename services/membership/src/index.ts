export { membershipDefinition } from './main';

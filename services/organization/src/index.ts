export { organizationDefinition } from './main';

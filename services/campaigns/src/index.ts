export { campaignsDefinition } from './main';
export { campaignsPublications } from './publications';

export { asyncApiDocument, type Hearers } from './async-api';
export { incompatibilities } from './compatibility';
export { contractName, describedSchema, everyContract, type Prose } from './message-documents';
export { topicPage } from './topic-page';

import { serveAlone } from '../src';
import { counterDefinition } from './two-services';

/** Its projection cannot read the log: an event is never skipped, so the process must end. */
void serveAlone({
  ...counterDefinition,
  name: 'counter',
  projections: () => [
    {
      source: 'log',
      name: 'broken',
      version: 1,
      tables: ['broken'],
      ddl: 'create table {{broken}} (id text primary key)',
      statements: () => {
        throw new TypeError('a defect of the projection');
      },
    },
  ],
});

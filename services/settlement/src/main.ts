import { join } from 'node:path';
import { ledgerPublications } from '@tallystick/ledger/publications';
import { serveAlone, type ServiceDefinition } from '@tallystick/hosting';
import { SettlementModule } from './settlement.module';
import { obligationsProjection } from './projections/obligations/obligations.projection';
import { settlementPublications } from './publications';

/** What settlement is to whoever hosts it. */
export const settlementDefinition: ServiceDefinition = {
  name: 'settlement',
  kinds: [],
  publications: settlementPublications,
  hears: [ledgerPublications],
  outsideTopics: [],
  paths: ['obligations'],
  views: join(__dirname, 'views/liability.sql'),
  projections: () => [obligationsProjection],
  module: (resources) => SettlementModule.forRoot(resources),
};

if (require.main === module) void serveAlone(settlementDefinition);

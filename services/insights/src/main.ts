import { join } from 'node:path';
import { campaignsPublications } from '@tallystick/campaigns/publications';
import { ledgerPublications } from '@tallystick/ledger/publications';
import { membershipPublications } from '@tallystick/membership/publications';
import { organizationPublications } from '@tallystick/organization/publications';
import { serveAlone, type ServiceDefinition } from '@tallystick/hosting';
import { InsightsModule } from './insights.module';
import { membersProjection } from './projections/members/members.projection';
import { movementsProjection } from './projections/movements/movements.projection';
import { purchasesProjection } from './projections/purchases/purchases.projection';
import { unitsProjection } from './projections/units/units.projection';
import { insightsPublications } from './publications';

/** What insights is to whoever hosts it. */
export const insightsDefinition: ServiceDefinition = {
  name: 'insights',
  kinds: [],
  publications: insightsPublications,
  hears: [campaignsPublications, ledgerPublications, membershipPublications, organizationPublications],
  outsideTopics: [],
  paths: ['insights'],
  views: join(__dirname, 'views/bi-views.sql'),
  projections: () => [purchasesProjection, movementsProjection, membersProjection, unitsProjection],
  module: (resources) => InsightsModule.forRoot(resources),
};

if (require.main === module) void serveAlone(insightsDefinition);

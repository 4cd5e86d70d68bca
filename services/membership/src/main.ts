import { join } from 'node:path';
import { ledgerPublications } from '@tallystick/ledger/publications';
import { organizationPublications } from '@tallystick/organization/publications';
import { serveAlone, type ServiceDefinition } from '@tallystick/hosting';
import { MembershipModule } from './membership.module';
import { growthProjection } from './projections/growth/growth.projection';
import { membershipPublications } from './publications';

/** What membership is to whoever hosts it. */
export const membershipDefinition: ServiceDefinition = {
  name: 'membership',
  kinds: ['member', 'tierpolicy'],
  publications: membershipPublications,
  hears: [ledgerPublications, organizationPublications, membershipPublications],
  outsideTopics: [],
  paths: ['members', 'tier-policy'],
  migrations: join(__dirname, 'migrations'),
  settings: [
    {
      name: 'TALLY_VAULT_KEY',
      kind: 'key',
      secret: true,
      meaning: 'Wraps the keys of personal data; the same on all replicas',
    },
  ],
  projections: () => [growthProjection],
  module: (resources) => MembershipModule.forRoot(resources),
};

if (require.main === module) void serveAlone(membershipDefinition);

import { join } from 'node:path';
import { serveAlone, type ServiceDefinition } from '@tallystick/hosting';
import { membershipPublications } from '@tallystick/membership/publications';
import { organizationPublications } from '@tallystick/organization/publications';
import { CampaignsModule } from './campaigns.module';
import { campaignsPublications } from './publications';

/** What campaigns is to whoever hosts it. It hears its own purchases, to index them by account. */
export const campaignsDefinition: ServiceDefinition = {
  name: 'campaigns',
  kinds: ['purchase', 'return', 'ruleset'],
  publications: campaignsPublications,
  hears: [organizationPublications, membershipPublications, campaignsPublications],
  outsideTopics: ['purchases.v1', 'returns.v1'],
  paths: ['purchases', 'returns', 'rule-sets'],
  migrations: join(__dirname, 'migrations'),
  settings: [
    { name: 'MEMBERSHIP_URL', kind: 'url', meaning: 'Where membership answers, to resolve phone numbers and the like' },
    { name: 'MEMBERSHIP_TOKEN', kind: 'text', secret: true, meaning: 'Token for it; default: the caller’s own' },
  ],
  projections: () => [],
  module: (resources) => CampaignsModule.forRoot(resources),
};

if (require.main === module) void serveAlone(campaignsDefinition);

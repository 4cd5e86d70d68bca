import { serveAlone, type ServiceDefinition } from '@tallystick/hosting';
import { OrganizationModule } from './organization.module';
import { treeProjection } from './projections/tree/tree.projection';
import { organizationPublications } from './publications';

/** What organization is to whoever hosts it. */
export const organizationDefinition: ServiceDefinition = {
  name: 'organization',
  kinds: ['tree', 'program', 'clock'],
  publications: organizationPublications,
  hears: [],
  outsideTopics: [],
  paths: ['organization', 'program'],
  projections: () => [treeProjection],
  module: (resources) => OrganizationModule.forRoot(resources),
};

if (require.main === module) void serveAlone(organizationDefinition);

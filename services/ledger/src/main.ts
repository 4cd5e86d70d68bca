import { join } from 'node:path';
import { campaignsPublications } from '@tallystick/campaigns/publications';
import { serveAlone, type ServiceDefinition } from '@tallystick/hosting';
import { membershipPublications } from '@tallystick/membership/publications';
import { organizationPublications } from '@tallystick/organization/publications';
import { LEDGER_KINDS } from './application/kinds';
import { LedgerModule } from './ledger.module';
import { accountBookProjection } from './projections/account-book/account-book.projection';
import { accountProofProjection } from './projections/account-proof/account-proof.projection';
import { ledgerPublications } from './publications';

/** What the ledger is to whoever hosts it. */
export const ledgerDefinition: ServiceDefinition = {
  name: 'ledger',
  kinds: LEDGER_KINDS,
  publications: ledgerPublications,
  hears: [campaignsPublications, membershipPublications, organizationPublications, ledgerPublications],
  outsideTopics: [],
  migrations: join(__dirname, 'migrations'),
  paths: [
    'accounts',
    'adjustment-batches',
    'adjustment-policy',
    'adjustment-requests',
    'assets',
    'balances',
    'events',
    'late-settlements',
    'leases',
    'violations',
  ],
  settings: [
    {
      name: 'TALLY_LEASE_KEY',
      kind: 'key',
      secret: true,
      role: 'http',
      meaning: 'Ed25519 seed (32 bytes) that signs what tills may spend offline; the same on all replicas',
    },
  ],
  projections: () => [accountBookProjection, accountProofProjection()],
  module: (resources) => LedgerModule.forRoot(resources),
};

if (require.main === module) void serveAlone(ledgerDefinition);

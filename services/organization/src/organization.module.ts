import { type DynamicModule, Module } from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { OrganizationCommands } from './application/organization-commands';
import { OrganizationController } from './http/organization.controller';
import { OrganizationQueries } from './projections/tree/tree.query';

/** The composition root of organization: binds ports to adapters. */
@Module({})
export class OrganizationModule {
  static forRoot({ pool, store, snapshots }: ServiceResources): DynamicModule {
    return {
      module: OrganizationModule,
      controllers: [OrganizationController],
      providers: [
        { provide: OrganizationCommands, useValue: new OrganizationCommands(store, snapshots) },
        { provide: OrganizationQueries, useValue: new OrganizationQueries(pool) },
      ],
    };
  }
}

import {
  type DynamicModule,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { log } from '@tallystick/observability';
import { Leading } from './adapters/leading';
import { Clock } from './application/clock';
import { OrganizationCommands } from './application/organization-commands';
import { OrganizationController } from './http/organization.controller';
import { OrganizationQueries } from './projections/tree/tree.query';

/** What organization needs of its host. */
export type OrganizationResources = Pick<
  ServiceResources,
  'pool' | 'store' | 'snapshots' | 'now' | 'settings' | 'roles'
>;

const RESOURCES = Symbol('resources');

/** Runs the clock of the process's program where the process has that role. */
@Injectable()
export class ClockRole implements OnApplicationBootstrap, OnModuleDestroy {
  private clock: Clock | undefined;
  private leading: Leading | undefined;

  constructor(
    @Inject(RESOURCES) private readonly resources: OrganizationResources,
    private readonly commands: OrganizationCommands,
  ) {}

  onApplicationBootstrap(): void {
    const { roles, pool, now, settings } = this.resources;
    if (!roles.has('clock')) return;
    const { TALLY_TENANT: tenant = 'demo', TALLY_PROGRAM: program = 'main' } = settings;
    const leading = new Leading(pool, `clock:${tenant}/${program}`);
    this.leading = leading;
    this.clock = new Clock({
      commands: this.commands,
      tenant,
      program,
      now,
      leading: () => leading.isOurs(),
      onFault: (error) => log().warn({ err: error }, 'the clock could not announce the time and will try again'),
    });
    this.clock.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.clock?.stop();
    await this.leading?.release();
    await this.commands.drain();
  }
}

/** The composition root of organization: binds ports to adapters. */
@Module({})
export class OrganizationModule {
  static forRoot(resources: OrganizationResources): DynamicModule {
    const { pool, store, snapshots } = resources;
    return {
      module: OrganizationModule,
      controllers: [OrganizationController],
      providers: [
        ClockRole,
        { provide: RESOURCES, useValue: resources },
        { provide: OrganizationCommands, useValue: new OrganizationCommands(store, snapshots) },
        { provide: OrganizationQueries, useValue: new OrganizationQueries(pool) },
      ],
    };
  }
}

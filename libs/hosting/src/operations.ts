import { Controller, type DynamicModule, Get, HttpCode, Inject, Module, Param, Post } from '@nestjs/common';
import { ListOfIds, Optional, Text } from '@tallystick/contracts';
import {
  Answers,
  actorOf,
  type Caller,
  CallerOf,
  ContractBody,
  Idempotent,
  type ListAnswer,
  may,
  type Page,
  PageOf,
  Permission,
  problem,
  QueryOf,
  Summary,
} from '@tallystick/http';
import { type DeadLetter, DeadLetters, type LettersOf } from '@tallystick/messaging';
import { log } from '@tallystick/observability';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import { Audit, AuditController } from './audit';

/** Which dead letters are asked for; without fields the open ones of all topics. */
export class DeadLetterQuery {
  @Optional() @Text(100) topic?: string;
  @Optional() @Text(64) code?: string;
}

/** Letters to be delivered again, and why. */
export class RedriveBody {
  @ListOfIds(100) ids!: string[];
  @Text(200) reason!: string;
}

/** Held beside those of the routes by who runs the installation for all tenants. */
export const PLATFORM_PERMISSION = 'operations:platform';

/** What a service's operations routes need of it. */
export class Operations {
  constructor(
    readonly service: string,
    readonly deadLetters: DeadLetters,
    /** False where this process consumes nothing: it cannot deliver again. */
    readonly consumes: boolean,
    /** The tenant of this process. */
    private readonly home: string,
  ) {}

  /**
   * What of the letters a caller may know of: those of its own tenant. One that names no tenant may be anybody's, so it
   * is shown to who runs the installation only: a caller of the home tenant that may {@link PLATFORM_PERMISSION}.
   */
  lettersOf(caller: Caller): LettersOf {
    const { tenant } = caller;
    return { tenant, withNobodys: tenant === this.home && may(caller, PLATFORM_PERMISSION) };
  }
}

/** What operations may see and do of a service's consumers, without seeing what the records say (trust case 61). */
@Controller('operations/:service')
class OperationsController {
  constructor(@Inject(Operations) private readonly operations: Operations) {}

  @Get('dead-letters')
  @Permission('operations:read')
  @Summary('Records that a consumer gave up, oldest first', '消费者放弃处理的记录,最早的在前')
  async list(
    @Param('service') service: string,
    @QueryOf(DeadLetterQuery) query: DeadLetterQuery,
    @PageOf() page: Page,
    @CallerOf() caller: Caller,
  ): Promise<ListAnswer<object>> {
    const { deadLetters } = this.of(service);
    const of = this.operations.lettersOf(caller);
    const { letters, next } = await deadLetters.list({ ...query, of, limit: page.limit, after: page.after?.[0] });
    return { items: letters.map(itemOf), ...(next !== undefined && { next: page.cursorAfter([next]) }) };
  }

  @Post('dead-letters/redrive')
  @HttpCode(202)
  @Permission('operations:redrive')
  @Idempotent()
  @Summary('Delivers dead letters again, each at most once', '重新投递死信,每条最多一次')
  @Answers(202)
  async redrive(
    @Param('service') service: string,
    @ContractBody(RedriveBody) { ids, reason }: RedriveBody,
    @CallerOf() caller: Caller,
  ): Promise<object> {
    const { deadLetters, consumes } = this.of(service);
    if (!consumes) throw problem('dependency-unavailable');
    const of = this.operations.lettersOf(caller);
    const answers = await deadLetters.redrive(ids, { by: actorOf(caller), reason, of });
    for (const { answer, code } of answers)
      log().info({ name: service, code, kind: answer }, 'a dead letter was redriven');
    return { ids, reason };
  }

  private of(service: string): Operations {
    if (service !== this.operations.service) throw problem('not-found');
    return this.operations;
  }
}

function itemOf({ at, redriven, ...letter }: DeadLetter): object {
  return {
    ...letter,
    at: formatInstant(at as Instant),
    ...(redriven && { redriven: { ...redriven, at: formatInstant(redriven.at as Instant) } }),
  };
}

/** A service's own module with its operations and audit routes beside it. */
@Module({})
export class HostedModule {
  static with(service: DynamicModule, operations: Operations, audit: Audit): DynamicModule {
    return {
      module: HostedModule,
      imports: [service],
      controllers: [OperationsController, AuditController],
      providers: [
        { provide: Operations, useValue: operations },
        { provide: Audit, useValue: audit },
      ],
    };
  }
}

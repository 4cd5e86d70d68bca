import { Controller, Get } from '@nestjs/common';
import { BusinessId, ListOf, Optional, Rate, SignedAmount, Text } from '@tallystick/contracts';
import { Answers, type Caller, CallerOf, Permission, QueryOf, Summary } from '@tallystick/http';
import { type ObligationTotal, ObligationQueries } from '../projections/obligations/obligations.query';

export class ObligationsQuery {
  /** Only what this unit owes. */
  @Optional()
  @BusinessId()
  readonly unit?: string;
}

export class ObligationCost {
  /** Minor units of money per point, exact. */
  @Rate()
  readonly unitCost!: string;

  @SignedAmount()
  readonly points!: string;
}

export class ObligationTotalAnswer {
  @BusinessId()
  readonly issuer!: string;

  @BusinessId()
  readonly store!: string;

  @Text(32)
  readonly asset!: string;

  @SignedAmount()
  readonly points!: string;

  @ListOf(() => ObligationCost, 1000)
  readonly costs!: readonly ObligationCost[];
}

@Controller('obligations')
export class ObligationsController {
  constructor(private readonly queries: ObligationQueries) {}

  @Get()
  @Summary(
    'What each unit owes for the points its stores granted, net of reversals',
    '各单位因其门店发放积分而承担的债务(已扣除冲销)',
  )
  @Permission('settlement:read')
  @Answers(200, ObligationTotalAnswer, { list: true })
  async totals(
    @CallerOf() caller: Caller,
    @QueryOf(ObligationsQuery) query: ObligationsQuery,
  ): Promise<{ items: readonly ObligationTotal[] }> {
    if (caller.unit !== undefined && query.unit !== undefined && query.unit !== caller.unit) return { items: [] };
    return { items: await this.queries.totals(caller.tenant, caller.program, caller.unit ?? query.unit) };
  }
}

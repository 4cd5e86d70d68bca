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

  /** Absent: lots that no store issued: corrections, and what came from another account. */
  @Optional()
  @BusinessId()
  readonly store?: string;

  @Text(32)
  readonly asset!: string;

  /** What is still owed: the sum of the six below. */
  @SignedAmount()
  readonly points!: string;

  @SignedAmount()
  readonly issued!: string;

  @SignedAmount()
  readonly reversed!: string;

  @SignedAmount()
  readonly redeemed!: string;

  /** Of lots whose date has passed, less what returns took out of it: breakage. */
  @SignedAmount()
  readonly expired!: string;

  @SignedAmount()
  readonly adjusted!: string;

  @SignedAmount()
  readonly transferred!: string;

  @ListOf(() => ObligationCost, 1000)
  readonly costs!: readonly ObligationCost[];
}

@Controller('obligations')
export class ObligationsController {
  constructor(private readonly queries: ObligationQueries) {}

  @Get()
  @Summary(
    'What each unit owes for the points its stores granted, and what became of the rest',
    '各单位因其门店发放积分而承担的发行义务,以及其余积分的去向(冲正、兑换、过期、调整、转赠)',
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

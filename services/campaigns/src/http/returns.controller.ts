import { Controller, Post, Res } from '@nestjs/common';
import { PURCHASE_REFUSALS } from '@tallystick/campaigns-domain';
import { checkReturn, ReturnMade } from '@tallystick/contracts';
import {
  Answers,
  type Caller,
  CallerOf,
  CommandOf,
  ContractBody,
  type HttpCommand,
  Idempotent,
  Permission,
  problemOfRefusal,
  Refuses,
  Summary,
} from '@tallystick/http';
import type { FastifyReply } from 'fastify';
import { REFERENCE_REFUSALS } from '../application/arrival';
import { PurchaseRecords } from '../application/purchase-records';
import { returnCommandId } from '../application/return-intake';
import { givenBy } from './answers';
import { ReturnAnswer } from './campaigns.dto';
import { Entrance } from './entrance';

@Controller('returns')
export class ReturnsController {
  constructor(
    private readonly entrance: Entrance,
    private readonly records: PurchaseRecords,
  ) {}

  @Post()
  @Summary('Records a return, or parks it until its purchase comes', '登记退货;原消费尚未到达时暂存')
  @Permission('purchases:write')
  @Idempotent()
  @Answers(201, ReturnAnswer)
  @Answers(202, ReturnAnswer)
  @Answers(200, ReturnAnswer)
  @Refuses(
    PURCHASE_REFUSALS,
    'return-conflict',
    'return-line-unknown',
    'currency-mismatch',
    'over-refund',
    'amount-out-of-range',
  )
  @Refuses(REFERENCE_REFUSALS, 'unknown-store', 'unknown-card')
  async record(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @ContractBody(ReturnMade) body: ReturnMade,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnAnswer> {
    const refusal = checkReturn(body, { receivedAt: this.entrance.now(), acceptFromDays: null });
    if (refusal) throw problemOfRefusal(refusal);
    const taken = await this.entrance.return(caller, command, body);
    const id = (): string => returnCommandId(caller.tenant, body, command.id);
    const { position, parked, duplicate } = await givenBy(this.records, taken, id, body);
    reply.status(duplicate ? 200 : parked ? 202 : 201);
    return {
      returnId: body.id,
      position,
      status: parked ? 'parked' : 'recorded',
      ...(duplicate ? { duplicate } : {}),
    };
  }
}

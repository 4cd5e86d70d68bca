import { Controller, Get, Headers, Param, Post, Res } from '@nestjs/common';
import { PURCHASE_REFUSALS } from '@tallystick/campaigns-domain';
import { checkPurchase, type PurchasePaid, PurchasePaidRequest } from '@tallystick/contracts';
import {
  Answers,
  type Caller,
  CallerOf,
  CommandOf,
  ContractBody,
  type HttpCommand,
  Idempotent,
  Permission,
  problem,
  problemOfRefusal,
  Refuses,
  Summary,
} from '@tallystick/http';
import { BUSINESS_ID, SLUG } from '@tallystick/vocabulary';
import type { FastifyReply } from 'fastify';
import { REFERENCE_REFUSALS } from '../application/arrival';
import { MemberDirectory, MembershipAway } from '../application/member-directory';
import { purchaseCommandId } from '../application/purchase-intake';
import { PurchaseRecords } from '../application/purchase-records';
import { givenBy, problemOfReference } from './answers';
import { PurchaseAnswer } from './campaigns.dto';
import { Entrance } from './entrance';
import { purchaseView, type PurchaseView } from './purchase-view';

@Controller('purchases')
export class PurchasesController {
  constructor(
    private readonly entrance: Entrance,
    private readonly records: PurchaseRecords,
    private readonly directory: MemberDirectory,
  ) {}

  @Post()
  @Summary('Records a purchase', '登记一笔消费')
  @Permission('purchases:write')
  @Idempotent()
  @Answers(201, PurchaseAnswer)
  @Answers(200, PurchaseAnswer)
  @Refuses(PURCHASE_REFUSALS, 'purchase-conflict', 'amount-out-of-range')
  @Refuses(REFERENCE_REFUSALS, 'unknown-store', 'store-closed', 'unknown-card', 'unknown-member')
  async record(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @ContractBody(PurchasePaidRequest) body: PurchasePaidRequest,
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PurchaseAnswer> {
    const refusal = checkPurchase(body, { receivedAt: this.entrance.now(), acceptFromDays: null });
    if (refusal) throw problemOfRefusal(refusal);
    const message = await this.resolved(body, authorization);
    const taken = await this.entrance.purchase(caller, command, message);
    const id = (): string => purchaseCommandId(caller.tenant, message, command.id);
    const { position, duplicate } = await givenBy(this.records, taken, id, message);
    reply.status(duplicate ? 200 : 201);
    return { purchaseId: message.id, position, ...(duplicate ? { duplicate } : {}) };
  }

  @Get(':source/:id')
  @Summary('A purchase with the receipt of its evaluation: what every rule said', '消费详情及积分计算明细')
  @Permission('purchases:read')
  async purchase(
    @CallerOf() caller: Caller,
    @Param('source') source: string,
    @Param('id') id: string,
  ): Promise<PurchaseView> {
    if (!SLUG.test(source) || !BUSINESS_ID.test(id)) throw problem('not-found');
    const stored = await this.records.purchase(caller.tenant, source, id);
    const view = stored && purchaseView(source, id, stored);
    if (!view || (caller.unit !== undefined && caller.unit !== view.unit)) throw problem('not-found');
    return view;
  }

  /** The message with its member by id: a phone number or mail address goes no further than this. */
  private async resolved(body: PurchasePaidRequest, authorization: string | undefined): Promise<PurchasePaid> {
    const { member, ...rest } = body;
    if (member?.type === undefined || member.value === undefined) return body;
    try {
      const id = await this.directory.resolve(member.type, member.value, authorization);
      if (id === undefined) throw problemOfReference('unknown-member');
      return { ...rest, member: { id } };
    } catch (error) {
      if (error instanceof MembershipAway) throw problem('dependency-unavailable', { retryable: true });
      throw error;
    }
  }
}

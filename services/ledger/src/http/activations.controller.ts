import { Controller, HttpCode, Param, Post } from '@nestjs/common';
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
  Summary,
} from '@tallystick/http';
import type { AccountEvent, PointsActivated } from '@tallystick/ledger-domain';
import { AccountDecisions } from '../application/account-decisions';
import { accountIn, asAsked, recordedOf } from './decisions';
import { ActivationAnswer, ActivationRequest } from './decisions.dto';

/** Events that pending lots wait for (capabilities L4): a parcel was shipped, a return window was shut. */
@Controller('accounts/:accountId/activations')
export class ActivationsController {
  constructor(private readonly decisions: AccountDecisions) {}

  @Post()
  @HttpCode(200)
  @Summary('Reports the event that pending lots of a purchase wait for', '登记消费事件,使待生效积分生效')
  @Permission('lots:activate')
  @Idempotent()
  @Answers(200, ActivationAnswer)
  async activate(
    @CallerOf() { tenant, program }: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(ActivationRequest) { purchase, on }: ActivationRequest,
  ): Promise<ActivationAnswer> {
    const { source, id } = purchase;
    const place = { tenant, program, account: accountIn(path), at: this.decisions.now() };
    const command = { kind: 'activate-lots', ...place, purchase: { source, id }, on } as const;
    const isOwn = (event: AccountEvent): event is PointsActivated =>
      event.type === 'PointsActivated' &&
      event.data.on === on &&
      event.data.slices.some(([lot]) => lot === `${source}:${id}:${event.data.asset}`);
    const done = asAsked(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    // The event may be faster than its purchase: the same request may succeed later.
    if (!done.event) throw problem('not-found', { retryable: true });
    return { purchase: { source, id }, on, ...recordedOf(done) };
  }
}

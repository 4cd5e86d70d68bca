import { Controller, Get, Put } from '@nestjs/common';
import {
  Answers,
  type Caller,
  CallerOf,
  CommandOf,
  ContractBody,
  type HttpCommand,
  Idempotent,
  Permission,
  problemOf,
  Refuses,
  Summary,
} from '@tallystick/http';
import { adjustmentPolicyDecider } from '@tallystick/ledger-domain';
import { AdjustmentPolicies } from '../application/adjustment-policies';
import { AdjustmentPolicyAnswer, AdjustmentPolicyBody } from './adjustments.dto';

@Controller('adjustment-policy')
export class AdjustmentPolicyController {
  constructor(private readonly policies: AdjustmentPolicies) {}

  @Put()
  @Summary('Declares for which reasons and up to which limits points are adjusted', '登记积分调整的原因与限额')
  @Permission('adjustment-policy:write')
  @Idempotent()
  @Answers(200, AdjustmentPolicyAnswer)
  @Refuses(adjustmentPolicyDecider.refusals, 'adjustment-policy-invalid')
  async declare(
    @CallerOf() { tenant, program }: Caller,
    @CommandOf() { id, metadata, again }: HttpCommand,
    @ContractBody(AdjustmentPolicyBody) { disputeDays, ...body }: AdjustmentPolicyBody,
  ): Promise<AdjustmentPolicyAnswer> {
    if (again && (await this.policies.declaredBy(tenant, program, id))) return { declared: true };
    const policy = { ...body, disputeDays: String(disputeDays) };
    const result = await this.policies.declare(tenant, program, policy, metadata);
    if (result.kind === 'rejected') throw problemOf(result.rejection, adjustmentPolicyDecider.refusals);
    if (result.kind === 'failed') throw result.error;
    return { declared: result.kind === 'appended' };
  }

  @Get()
  @Summary('The adjustment policy in force: as declared, or the default', '当前积分调整策略')
  @Permission('adjustments:read')
  @Answers(200, AdjustmentPolicyBody)
  async policy(@CallerOf() { tenant, program }: Caller): Promise<AdjustmentPolicyBody> {
    const { disputeDays, ...policy } = await this.policies.inForce(tenant, program);
    return { ...policy, disputeDays: Number(disputeDays) };
  }
}

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
  problem,
  problemOf,
  Refuses,
  Summary,
} from '@tallystick/http';
import { tierPolicyDecider } from '@tallystick/membership-domain';
import { MemberCommands } from '../application/member-commands';
import { TierPolicyAnswer, TierPolicyBody } from './membership.dto';

@Controller('tier-policy')
export class TierPolicyController {
  constructor(private readonly commands: MemberCommands) {}

  @Put()
  @Summary('Declares how growth value becomes a tier', '设置成长值与等级的对应规则')
  @Permission('tiers:write')
  @Idempotent()
  @Answers(200, TierPolicyAnswer)
  @Refuses(tierPolicyDecider.refusals)
  async declare(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @ContractBody(TierPolicyBody) body: TierPolicyBody,
  ): Promise<TierPolicyAnswer> {
    if (command.again && (await this.commands.tierPolicyDeclaredBy(caller.tenant, caller.program, command.id))) {
      return { declared: true };
    }
    const result = await this.commands.declareTierPolicy(caller.tenant, caller.program, body, command.metadata);
    if (result.kind === 'rejected') throw problemOf(result.rejection, tierPolicyDecider.refusals);
    if (result.kind === 'failed') throw result.error;
    return { declared: result.kind === 'appended' };
  }

  @Get()
  @Summary('The tier policy in force', '当前等级规则')
  @Permission('tiers:read')
  @Answers(200, TierPolicyBody)
  async policy(@CallerOf() caller: Caller): Promise<TierPolicyBody> {
    const declared = await this.commands.tierPolicy(caller.tenant, caller.program);
    if (!declared) throw problem('not-found');
    return declared.policy;
  }
}

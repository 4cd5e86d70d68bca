import { Controller, Get, Put } from '@nestjs/common';
import {
  Answers,
  type Caller,
  CallerOf,
  CommandOf,
  ContractBody,
  type HttpCommand,
  Idempotent,
  type ListAnswer,
  Permission,
  problemOf,
  Refuses,
  Summary,
} from '@tallystick/http';
import { type AssetDeclaration, ASSETS_REFUSALS } from '@tallystick/ledger-domain';
import { AssetDirectory } from '../application/asset-directory';
import { policyBody, policyOf } from './asset-policies';
import { AssetBody, AssetsAnswer, AssetsRequest } from './ledger.dto';

@Controller('assets')
export class AssetsController {
  constructor(private readonly assets: AssetDirectory) {}

  @Put()
  @Summary('Declares what the program counts', '登记计划所使用的资产')
  @Permission('assets:write')
  @Idempotent()
  @Answers(200, AssetsAnswer)
  @Refuses(ASSETS_REFUSALS)
  async declare(
    @CallerOf() { tenant, program }: Caller,
    @CommandOf() command: HttpCommand,
    @ContractBody(AssetsRequest) body: AssetsRequest,
  ): Promise<AssetsAnswer> {
    const before = command.again ? await this.assets.declaredBy(tenant, program, command.id) : 0;
    if (before > 0) return { declared: before };
    const result = await this.assets.declare(tenant, program, body.assets.map(declarationOf), command.metadata);
    if (result.kind === 'rejected') throw problemOf(result.rejection, ASSETS_REFUSALS);
    if (result.kind === 'failed') throw result.error;
    return { declared: result.kind === 'appended' ? result.events.length : 0 };
  }

  @Get()
  @Summary('What the program counts, as declared', '计划已登记的资产')
  @Permission('assets:read')
  @Answers(200, AssetBody, { list: true })
  async list(@CallerOf() { tenant, program }: Caller): Promise<ListAnswer<AssetBody>> {
    const assets = await this.assets.declared(tenant, program);
    return { items: assets.map(assetBody) };
  }
}

function declarationOf({ asset, kind, scale, unitCost, policy, scope }: AssetBody): AssetDeclaration {
  const declared = { asset, kind, scale: String(scale ?? 0), unitCost: unitCost ?? '0', ...(scope && { scope }) };
  return policy ? { ...declared, policy: policyOf(policy) } : declared;
}

function assetBody({ asset, kind, scale, unitCost, policy, scope }: AssetDeclaration): AssetBody {
  const declared = { asset, kind, scale: Number(scale), unitCost, ...(scope && { scope }) };
  return policy ? { ...declared, policy: policyBody(policy) } : declared;
}

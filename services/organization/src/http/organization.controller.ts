import { Controller, Get, Put } from '@nestjs/common';
import { type CommandResult, type DomainEvent, type RefusalTable } from '@tallystick/decider';
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
import {
  type NodeDeclaration,
  programDecider,
  type ProgramSettings,
  TREE_REFUSALS,
} from '@tallystick/organization-domain';
import { formatInstant, instant } from '@tallystick/vocabulary';
import { isZone } from '../application/ended-times';
import { OrganizationCommands } from '../application/organization-commands';
import { OrganizationQueries } from '../projections/tree/tree.query';
import { type NodeBody, NodesAnswer, NodesRequest, ProgramAnswer, ProgramBody } from './organization.dto';

const DEFAULT_REFERENCE_WAIT_SECONDS = 300;

@Controller()
export class OrganizationController {
  constructor(
    private readonly commands: OrganizationCommands,
    private readonly queries: OrganizationQueries,
  ) {}

  @Put('organization/nodes')
  @Summary('Declares units, stores and what lies between them', '登记业态单位、门店及其间的层级')
  @Permission('organization:write')
  @Idempotent()
  @Answers(200, NodesAnswer)
  @Refuses(TREE_REFUSALS)
  async declareNodes(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @ContractBody(NodesRequest) body: NodesRequest,
  ): Promise<NodesAnswer> {
    body.nodes.forEach((node, index) => {
      if (node.zone !== undefined) assertZone(node.zone, `/nodes/${index}/zone`);
    });
    const before = command.again ? await this.commands.nodesDeclaredBy(caller.tenant, command.id) : 0;
    if (before > 0) return { declared: before };
    const nodes = body.nodes.map(declarationOf);
    const result = await this.commands.declareNodes(caller.tenant, nodes, command.metadata);
    return { declared: eventsOf(result, TREE_REFUSALS).length };
  }

  @Get('organization/nodes')
  @Summary('Every node of the tree with its versions', '组织树的全部节点及其历史版本')
  @Permission('organization:read')
  async nodes(@CallerOf() caller: Caller): Promise<{ items: readonly NodeDeclaration[] }> {
    return { items: await this.queries.nodes(caller.tenant) };
  }

  @Put('program')
  @Summary('Declares the settings of the program', '登记积分计划的设置')
  @Permission('organization:write')
  @Idempotent()
  @Answers(200, ProgramAnswer)
  @Refuses(programDecider.refusals)
  async declareProgram(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @ContractBody(ProgramBody) body: ProgramBody,
  ): Promise<ProgramAnswer> {
    assertZone(body.zone, '/zone');
    const before = command.again ? await this.commands.programDeclaredBy(caller.tenant, caller.program, command.id) : 0;
    if (before > 0) return { declared: true };
    const settings = settingsOf(body);
    const result = await this.commands.declareProgram(caller.tenant, caller.program, settings, command.metadata);
    return { declared: eventsOf(result, programDecider.refusals).length > 0 };
  }

  @Get('program')
  @Summary('The settings of the program', '积分计划的设置')
  @Permission('organization:read')
  async program(@CallerOf() caller: Caller): Promise<ProgramBody & { program: string }> {
    const settings = await this.commands.program(caller.tenant, caller.program);
    if (!settings) throw problem('not-found');
    const { acceptPurchasesFromDays: days, referenceWaitSeconds, ...rest } = settings;
    return {
      program: caller.program,
      ...rest,
      referenceWaitSeconds: Number(referenceWaitSeconds),
      ...(days === undefined ? {} : { acceptPurchasesFromDays: Number(days) }),
    };
  }
}

function assertZone(zone: string, pointer: string): void {
  if (!isZone(zone)) throw problem('schema-invalid', { errors: [{ pointer, code: 'zone-unknown' }] });
}

function declarationOf({ validFrom, open, ...rest }: NodeBody): NodeDeclaration {
  return { ...rest, validFrom: formatInstant(instant(validFrom)), open: open ?? true };
}

function settingsOf({ acceptPurchasesFromDays: days, referenceWaitSeconds, ...rest }: ProgramBody): ProgramSettings {
  return {
    ...rest,
    referenceWaitSeconds: String(referenceWaitSeconds ?? DEFAULT_REFERENCE_WAIT_SECONDS),
    ...(days === undefined ? {} : { acceptPurchasesFromDays: String(days) }),
  };
}

function eventsOf<Event extends DomainEvent, Code extends string>(
  result: CommandResult<Event, Code>,
  refusals: RefusalTable<Code>,
): readonly Event[] {
  if (result.kind === 'rejected') throw problemOf(result.rejection, refusals);
  if (result.kind === 'failed') throw result.error;
  return result.kind === 'appended' ? result.events : [];
}

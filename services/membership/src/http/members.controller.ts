import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { accountId } from '@tallystick/decider';
import {
  Answers,
  type Caller,
  CallerOf,
  CommandOf,
  ContractBody,
  type HttpCommand,
  IdOf,
  Idempotent,
  listAnswer,
  type Page,
  PageOf,
  Permission,
  problem,
  Problem,
  problemOf,
  QueryOf,
  ReadsOnly,
  Refuses,
  Summary,
} from '@tallystick/http';
import { memberDecider } from '@tallystick/membership-domain';
import { formatInstant } from '@tallystick/vocabulary';
import { Reference } from '../adapters/reference';
import { normalized, Vault } from '../adapters/vault';
import { Enrolment } from '../application/enrolment';
import { MemberCommands } from '../application/member-commands';
import { Clock } from '../application/wall-clock';
import {
  CardAnswer,
  EnrolBody,
  EnrolledAnswer,
  IdentifiersQuery,
  ListedIdentifierAnswer,
  MemberAnswer,
  ResolveBody,
} from './membership.dto';

@Controller('members')
export class MembersController {
  constructor(
    private readonly enrolment: Enrolment,
    private readonly commands: MemberCommands,
    private readonly vault: Vault,
    private readonly reference: Reference,
    private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(201)
  @Summary(
    'Enrols a person, or answers the member who has one of the verified identifiers',
    '登记会员;若已核实的标识已存在,则返回原会员',
  )
  @Permission('members:write')
  @Idempotent()
  @Answers(201, EnrolledAnswer)
  async enrol(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @ContractBody(EnrolBody) body: EnrolBody,
  ): Promise<EnrolledAnswer> {
    assertNoBlanks(body.identifiers);
    const at = formatInstant(this.clock.now());
    const unit = await this.reference.unitOf(caller.tenant, body.store, at);
    if (unit === undefined || (caller.unit !== undefined && caller.unit !== unit)) throw unknownStore(body.store);
    const identifiers = body.identifiers.map((one) => ({ ...one, verified: one.verified ?? false }));
    const request = { identifiers, unit, store: body.store, at };
    const enrolled = await this.enrolment.enrol(caller.tenant, caller.program, request, command.metadata);
    if (enrolled.kind === 'ambiguous') throw ambiguous(enrolled.quarantine);
    return { member: enrolled.member, account: enrolled.account };
  }

  @Post('resolve')
  @HttpCode(200)
  @Summary('The member whom a verified identifier names', '按已核实的标识查找会员')
  @Permission('members:resolve')
  @ReadsOnly()
  @Answers(200, EnrolledAnswer)
  async resolve(@CallerOf() caller: Caller, @ContractBody(ResolveBody) body: ResolveBody): Promise<EnrolledAnswer> {
    const resolved = await this.enrolment.resolve(caller.tenant, caller.program, body.type, body.value);
    if (!resolved) throw problem('not-found');
    return resolved;
  }

  @Post(':member/cards')
  @HttpCode(201)
  @Summary('Issues a card token', '签发会员卡令牌')
  @Permission('members:write')
  @Idempotent()
  @Answers(201, CardAnswer)
  @Refuses(memberDecider.refusals)
  async issueCard(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @IdOf('member') member: string,
  ): Promise<CardAnswer> {
    const at = formatInstant(this.clock.now());
    const { cardToken, result } = await this.enrolment.issueCard(caller.tenant, member, at, command.metadata);
    if (result.kind === 'rejected') throw problemOf(result.rejection, memberDecider.refusals);
    if (result.kind === 'failed') throw result.error;
    return { member, cardToken };
  }

  @Get()
  @Summary('Verified identifiers of one type with their members', '某一类型的已核实标识及其会员')
  @Permission('pii:read')
  @Answers(200, ListedIdentifierAnswer, { list: true })
  async identifiers(
    @CallerOf() caller: Caller,
    @QueryOf(IdentifiersQuery) query: IdentifiersQuery,
    @PageOf() page: Page,
  ) {
    const rows = await this.vault.list(caller.tenant, query.type, page.after?.[0] ?? '0', page.limit + 1);
    return listAnswer(
      page,
      rows,
      ({ place }) => [place],
      ({ value, member }) => ({ identifier: value, member, account: accountId(caller.tenant, caller.program, member) }),
    );
  }

  @Get(':member')
  @Summary('A member with the history of their tiers', '会员及其等级历史')
  @Permission('members:read')
  @Answers(200, MemberAnswer)
  async member(@CallerOf() caller: Caller, @IdOf('member') member: string): Promise<MemberAnswer> {
    const { state, revision } = await this.commands.member(caller.tenant, member);
    if (revision < 0) throw problem('not-found');
    const policy = await this.commands.tierPolicy(caller.tenant, caller.program);
    const now = formatInstant(this.clock.now());
    const tier = state.history.filter(({ validFrom }) => validFrom <= now).at(-1)?.tier ?? policy?.policy.baseTier;
    return {
      member,
      account: accountId(caller.tenant, caller.program, member),
      ...(state.enrolled && { enrolledAt: state.enrolled.enrolledAt }),
      ...(tier !== undefined && { tier }),
      tiers: state.history,
    };
  }
}

/** Blanks name nobody: as an identifier they would make one member of many people. */
function assertNoBlanks(identifiers: EnrolBody['identifiers']): void {
  const errors = identifiers.flatMap(({ type, value }, index) =>
    normalized(type, value) === '' ? [{ pointer: `/identifiers/${index}/value`, code: 'text-invalid' }] : [],
  );
  if (errors.length > 0) throw problem('text-invalid', { errors });
}

function unknownStore(store: string): Problem {
  return new Problem('unknown-store', {
    status: 404,
    title: { en: 'The store is not known', zh: '门店不存在' },
    facts: { store },
    retryable: true,
  });
}

function ambiguous(quarantine: string): Problem {
  return new Problem('enrolment-ambiguous', {
    status: 409,
    title: { en: 'The identifiers belong to several members; a person must decide', zh: '标识分属多名会员,需人工处理' },
    facts: { quarantine },
  });
}

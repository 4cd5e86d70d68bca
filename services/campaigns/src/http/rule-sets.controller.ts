import { Body, Controller, Get, HttpCode, Put } from '@nestjs/common';
import { ruleSetDecider, type RuleSetPublished, type RuleSetRefusal } from '@tallystick/campaigns-domain';
import { isRejection, type Rejection } from '@tallystick/decider';
import {
  Answers,
  type Caller,
  CallerOf,
  CommandOf,
  type HttpCommand,
  Idempotent,
  Permission,
  Problem,
  problem,
  problemOf,
  QueryOf,
  Refuses,
  Summary,
} from '@tallystick/http';
import { formatInstant, parseInstant } from '@tallystick/vocabulary';
import { RuleSets } from '../application/rule-sets';
import { RuleSetAnswer, RuleSetsQuery } from './campaigns.dto';

interface RuleSetRequest {
  readonly content: unknown;
  readonly validFrom?: string;
}

@Controller('rule-sets')
export class RuleSetsController {
  constructor(private readonly ruleSets: RuleSets) {}

  @Put()
  @HttpCode(200)
  @Summary('Publishes a rule set; content that stands already is enough', '发布规则集;内容未变则不产生新版本')
  @Permission('rules:write')
  @Idempotent()
  @Answers(200, RuleSetAnswer)
  @Refuses(ruleSetDecider.refusals)
  async publish(
    @CallerOf() { tenant, program }: Caller,
    @CommandOf() command: HttpCommand,
    @QueryOf(RuleSetsQuery) { dryRun }: RuleSetsQuery,
    @Body() body: unknown,
  ): Promise<RuleSetAnswer> {
    const { content, validFrom } = requestOf(body);
    if (dryRun) {
      const decision = await this.ruleSets.tryOut(tenant, program, content, validFrom);
      if (isRejection(decision)) throw refused(decision);
      return this.answer(tenant, program, decision[0], false);
    }
    const before = command.again ? await this.ruleSets.publishedBy(tenant, program, command.id) : undefined;
    if (before) return answerOf(before, true);
    const result = await this.ruleSets.publish(tenant, program, content, validFrom, command.metadata);
    if (result.kind === 'rejected') throw refused(result.rejection);
    if (result.kind === 'failed') throw result.error;
    const isNew = result.kind === 'appended';
    return this.answer(tenant, program, isNew ? result.events[0] : undefined, isNew);
  }

  @Get()
  @Summary('Every published rule set, oldest first', '全部已发布的规则集')
  @Permission('rules:read')
  async published(@CallerOf() caller: Caller): Promise<{ items: readonly RuleSetPublished['data'][] }> {
    return { items: await this.ruleSets.published(caller.tenant, caller.program) };
  }

  private async answer(
    tenant: string,
    program: string,
    event: RuleSetPublished | undefined,
    published: boolean,
  ): Promise<RuleSetAnswer> {
    const data = event?.data ?? (await this.ruleSets.published(tenant, program)).at(-1);
    if (!data) throw problem('not-found');
    return answerOf(data, published);
  }
}

function answerOf({ version, hash, validFrom }: RuleSetPublished['data'], published: boolean): RuleSetAnswer {
  return { version, hash, validFrom, published };
}

/** The content's own shape is judged by the decider; its places are told as pointers into the body. */
function requestOf(body: unknown): RuleSetRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw problem('schema-invalid');
  const { content, validFrom, ...rest } = body as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw at('unknown-field', `/${unknown}`);
  if (content === undefined) throw at('schema-invalid', '/content');
  if (validFrom === undefined) return { content };
  const instant = typeof validFrom === 'string' ? parseInstant(validFrom) : undefined;
  if (instant === undefined) throw at('timestamp-invalid', '/validFrom');
  return { content, validFrom: formatInstant(instant) };
}

function at(code: 'unknown-field' | 'schema-invalid' | 'timestamp-invalid', pointer: string): Problem {
  return problem(code, { errors: [{ pointer, code }] });
}

function refused(rejection: Rejection<RuleSetRefusal>): Problem {
  const { code, options } = problemOf(rejection, ruleSetDecider.refusals);
  return new Problem(code, { ...options, errors: [{ pointer: `/content${rejection.facts['pointer'] ?? ''}`, code }] });
}

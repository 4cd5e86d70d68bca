import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { MessageClass } from '@tallystick/contracts';
import type { RefusalTable } from '@tallystick/decider';
import { BUSINESS_ID } from '@tallystick/vocabulary';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './auth/caller';
import { type Language, languageOf } from './language';
import { describeRoute, type DocumentedProblem, type Operation } from './operation';
import { FAMILY_STATUS, problem } from './problem';
import type { HttpCommand, Page } from './request';

/**
 * Says who may call a route: a permission (`purchases:write`) or `public`. Deny by default: a route without it fails
 * the boot (trust §4 "Authorisation").
 */
export const Permission = (permission: string): MethodDecorator => adds((known) => ({ ...known, permission }));

/** What the route does, in one sentence for the API page. */
export const Summary = (en: string, zh: string): MethodDecorator =>
  adds((known) => ({ ...known, summary: { en, zh } }));

/** Demands the header `Idempotency-Key`: every route that changes something (trust §3 D). */
export const Idempotent = (): MethodDecorator => adds((known) => ({ ...known, idempotent: true }));

/** A POST that asks and changes nothing, so that what it asks about stays out of addresses and logs; it needs no key. */
export const ReadsOnly = (): MethodDecorator => adds((known) => ({ ...known, readsOnly: true }));

/** Documents an answer: its status and the class of its body. */
export const Answers = (
  status: number,
  body?: MessageClass,
  options: { readonly list?: boolean } = {},
): MethodDecorator =>
  adds((known) => ({ ...known, answers: [...(known.answers ?? []), { status, body, ...options }] }));

/** Documents the refusals of a decider that the route may answer. */
export const Refuses = <Code extends string>(table: RefusalTable<Code>, ...codes: readonly Code[]): MethodDecorator =>
  adds((known) => {
    const asked = codes.length > 0 ? codes : (Object.keys(table) as Code[]);
    const rows = asked.map((code): DocumentedProblem => {
      const { family, title } = table[code];
      return { code, status: FAMILY_STATUS[family], title };
    });
    return { ...known, problems: [...(known.problems ?? []), ...rows] };
  });

/** The request's body, judged by the compiled schema of its class before the handler runs. */
export const ContractBody = (body: MessageClass): ParameterDecorator => parameter((request) => request.body, { body });

/** As {@link ContractBody}, of a request that may come without a body: then all its fields are absent. */
export const OptionalContractBody = (body: MessageClass): ParameterDecorator =>
  parameter((request) => request.body, { body, bodyOptional: true });

/** The request's query, judged by its class: unknown names are refused, numbers and flags are read from their text. */
export const QueryOf = (query: MessageClass): ParameterDecorator => parameter((request) => request.query, { query });

/** A business id in the address (`:name`); one that breaks the grammar of ids is `id-invalid`. */
export const IdOf = (name: string): ParameterDecorator =>
  parameter((request) => {
    const id: unknown = Reflect.get(request.params as object, name);
    if (typeof id === 'string' && BUSINESS_ID.test(id)) return id;
    throw problem('id-invalid', { errors: [{ pointer: `/${name}`, code: 'id-invalid' }] });
  }, {});

/** `limit` (1 to 500, default 100) and the place after which the page starts. */
export const PageOf = (): ParameterDecorator => parameter((request): Page => request.page, { paged: true });

/** Who calls. Absent on public routes. */
export const CallerOf = (): ParameterDecorator => parameter((request): Caller | undefined => request.caller, {});

/** Id and metadata of the command that this request asks for; only on {@link Idempotent} routes. */
export const CommandOf = (): ParameterDecorator => parameter((request): HttpCommand | undefined => request.command, {});

/** The language that `Accept-Language` asks for. */
export const LanguageOf = (): ParameterDecorator =>
  parameter((request): Language => languageOf(request.headers['accept-language']), {});

/** The log position that the answer must have seen (header or query `min-position`); `undefined` where none is asked. */
export const MinPosition = (): ParameterDecorator => parameter((request) => request.minPosition, { minPosition: true });

function adds(part: (known: Operation) => Operation): MethodDecorator {
  return (target, key) => describeRoute(target, key, part);
}

function parameter(read: (request: FastifyRequest) => unknown, part: Operation): ParameterDecorator {
  const decorate = createParamDecorator((_: unknown, context: ExecutionContext) =>
    read(context.switchToHttp().getRequest<FastifyRequest>()),
  )();
  return (target, key, index) => {
    if (key === undefined) throw new TypeError('a route parameter belongs to a method');
    decorate(target, key, index);
    describeRoute(target, key, (known) => ({ ...known, ...part }));
  };
}

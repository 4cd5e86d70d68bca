import { FAULTS, type Refusal } from '@tallystick/contracts';
import type { RefusalFamily, RefusalTable, Rejection } from '@tallystick/decider';
import { localized, type Sentence } from './language';
import { visibleJson } from './visible-json';

/** HTTP status of each family of refusals (design §6 "Refusals"). */
export const FAMILY_STATUS: Readonly<Record<RefusalFamily, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  unknown: 404,
  conflict: 409,
  gone: 410,
  stale: 412,
  'too-large': 413,
  'media-type': 415,
  invalid: 422,
  throttled: 429,
  defect: 500,
  partner: 502,
  unavailable: 503,
};

/** One place in the message and what is wrong there. */
export interface ProblemPlace {
  readonly pointer: string;
  readonly code: string;
}

export interface ProblemOptions {
  readonly status: number;
  readonly title: Sentence;
  readonly detail?: Sentence;
  readonly errors?: readonly ProblemPlace[];
  /** Safe to show: amounts, ids, limits. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** True where the same request may succeed later: its answer is then not kept for its idempotency key. */
  readonly retryable?: boolean;
}

/** A refusal on its way to an RFC 9457 answer. Thrown by whoever refuses; the filter writes it. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly options: ProblemOptions,
  ) {
    super(options.detail?.en ?? options.title.en);
    this.name = 'Problem';
  }

  get status(): number {
    return this.options.status;
  }
}

/** Refusals that the HTTP entrance itself makes, before any decider is asked (trust §3 B, D, G, H). */
const ENTRANCE = {
  'bad-request': row(400, 'The request is malformed', '请求格式有误'),
  'cursor-invalid': row(400, 'The cursor was not issued for this list', '游标不属于此列表'),
  'idempotency-key-missing': row(400, 'The header Idempotency-Key is missing', '缺少 Idempotency-Key 请求头'),
  'idempotency-key-invalid': row(
    400,
    'The header Idempotency-Key is not well formed',
    'Idempotency-Key 请求头格式无效',
  ),
  'invalid-token': row(401, 'The access token is not valid', '访问令牌无效'),
  forbidden: row(403, 'The credential may not use this function', '当前凭证无权使用此功能'),
  'not-found': row(404, 'There is nothing here', '未找到资源'),
  'method-not-allowed': row(405, 'The method is not allowed here', '此处不允许该方法'),
  'idempotency-in-progress': row(409, 'The same request is still being carried out', '相同的请求仍在处理中'),
  'unsupported-media-type': row(
    415,
    'The body must be application/json in UTF-8',
    '请求体必须为 UTF-8 编码的 application/json',
  ),
  'limit-invalid': row(422, 'The limit must be a whole number from 1 to 500', 'limit 必须为 1 到 500 的整数'),
  'position-invalid': row(422, 'The position is not one of this log', '位置不属于此日志'),
  'idempotency-key-reused': row(422, 'The key was used for another request', '该幂等键已用于另一个请求'),
  'rate-limited': row(429, 'Too many requests', '请求过于频繁'),
  'header-too-large': row(431, 'The headers are too large', '请求头过大'),
  'internal-error': row(500, 'Something went wrong on our side', '服务器内部错误'),
  'dependency-unavailable': row(503, 'Something we depend on is not available', '所依赖的服务暂不可用'),
  'projection-behind': row(503, 'The data asked for is not there yet', '所请求的数据尚未就绪'),
} as const satisfies Record<string, EntranceRow>;

interface EntranceRow {
  readonly status: number;
  readonly title: Sentence;
  readonly retryable: boolean;
}

export type EntranceCode = keyof typeof ENTRANCE | keyof typeof FAULTS;

/** Every refusal of the HTTP entrance with its status and titles, for OpenAPI and docs/problems. */
export const ENTRANCE_PROBLEMS: Readonly<Record<EntranceCode, EntranceRow>> = {
  ...(Object.fromEntries(
    Object.entries(FAULTS).map(([code, rule]) => [
      code,
      { status: FAMILY_STATUS[rule.family], title: rule.title, retryable: rule.retryable },
    ]),
  ) as Record<keyof typeof FAULTS, EntranceRow>),
  ...ENTRANCE,
};

/** A refusal of the HTTP entrance. */
export function problem(code: EntranceCode, more: Partial<Omit<ProblemOptions, 'status'>> = {}): Problem {
  return new Problem(code, { ...ENTRANCE_PROBLEMS[code], ...more });
}

/** The problem that a decider's refusal becomes: status by its family, title and retryability by its row of the table. */
export function problemOf<Code extends string>(rejection: Rejection<Code>, table: RefusalTable<Code>): Problem {
  const rule = table[rejection.rejected];
  const { retryable, title, family } = rule;
  return new Problem(rejection.rejected, { status: FAMILY_STATUS[family], title, retryable, facts: rejection.facts });
}

/** The problem that a message becomes which the entrance refused, with a pointer to every fault. */
export function problemOfRefusal(refusal: Refusal): Problem {
  return problem(refusal.code, { errors: refusal.errors.map(({ pointer, code }) => ({ pointer, code })) });
}

/** The RFC 9457 body of a problem. */
export function problemBody(of: Problem, traceId: string, acceptLanguage: string | undefined): string {
  const { status, title, detail, errors, facts } = of.options;
  return visibleJson({
    type: `/problems/${of.code}`,
    title: localized(title, acceptLanguage),
    status,
    code: of.code,
    ...(detail && { detail: localized(detail, acceptLanguage) }),
    traceId,
    ...(errors && { errors }),
    ...(facts && Object.keys(facts).length > 0 && { facts }),
  });
}

function row(status: number, en: string, zh: string): EntranceRow {
  return { status, title: { en, zh }, retryable: status === 429 || status >= 500 };
}

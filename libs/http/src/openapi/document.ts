import { type MessageClass, samplesOf, schemaOf } from '@tallystick/contracts';
import type { DocumentedProblem, Operation } from '../operation';
import { ENTRANCE_PROBLEMS, type EntranceCode } from '../problem';
import type { Route } from '../routes';

export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
}

export type OpenApiDocument = { readonly openapi: '3.1.0'; readonly [key: string]: unknown };

/**
 * The OpenAPI 3.1 document of an app, from what its routes declare and the schemas of their classes: what is printed
 * is what is enforced.
 */
export function buildOpenApi(routes: readonly Route[], info: ApiInfo): OpenApiDocument {
  const schemas = new Map<string, object>([['Problem', PROBLEM_SCHEMA]]);
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, url, operation } of routes) {
    if (!operation || operation.hidden || method === 'HEAD') continue;
    const path = url.replace(/:([A-Za-z0-9_]+)/g, '{$1}');
    (paths[path] ??= {})[method.toLowerCase()] = operationObject(method, url, operation, schemas);
  }
  return {
    openapi: '3.1.0',
    info: { title: info.title, version: info.version, ...(info.description && { description: info.description }) },
    paths,
    components: {
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function operationObject(method: string, url: string, operation: Operation, schemas: Map<string, object>): object {
  const { permission, summary, body } = operation;
  return {
    operationId: `${method.toLowerCase()}${url.replace(/[^A-Za-z0-9]+([A-Za-z0-9]?)/g, (_, next: string) => next.toUpperCase())}`,
    ...(summary && { summary: summary.en, 'x-summary-zh': summary.zh }),
    'x-permission': permission,
    security: permission === 'public' ? [] : [{ bearer: [] }],
    parameters: parametersOf(url, operation),
    ...(body && {
      requestBody: {
        required: !operation.bodyOptional,
        content: { 'application/json': contentOf(body, schemas, false) },
      },
    }),
    responses: responsesOf(method, operation, schemas),
  };
}

function contentOf(type: MessageClass, schemas: Map<string, object>, list: boolean): object {
  const { $defs, $schema: _dialect, $id: _id, ...schema } = schemaOf(type);
  schemas.set(type.name, rerooted(schema));
  for (const [name, part] of Object.entries(($defs ?? {}) as Record<string, object>)) schemas.set(name, rerooted(part));
  const reference = { $ref: `#/components/schemas/${type.name}` };
  const samples = samplesOf(type);
  const sample = (samples.find(({ name }) => name === 'full') ?? samples[0])?.message;
  if (!list) return { schema: reference, ...(sample !== undefined && { example: sample }) };
  const properties = { items: { type: 'array', items: reference }, next: { type: 'string' } };
  return { schema: { type: 'object', properties, required: ['items'] } };
}

function rerooted(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as object;
}

function parametersOf(url: string, operation: Operation): readonly object[] {
  const parameters: object[] = [...url.matchAll(/:([A-Za-z0-9_]+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  if (operation.query) {
    const { properties = {}, required = [] } = schemaOf(operation.query) as QuerySchema;
    for (const [name, schema] of Object.entries(properties)) {
      parameters.push({ name, in: 'query', required: required.includes(name), schema });
    }
  }
  if (operation.paged) {
    parameters.push({
      name: 'limit',
      in: 'query',
      schema: { type: 'integer', minimum: 1, maximum: 500, default: 100 },
    });
    parameters.push({ name: 'cursor', in: 'query', schema: { type: 'string' } });
  }
  if (operation.minPosition)
    parameters.push({ name: 'min-position', in: 'query', schema: { type: 'string', pattern: '^[0-9]{1,20}$' } });
  if (operation.idempotent) {
    const schema = { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,128}$' };
    parameters.push({ name: 'Idempotency-Key', in: 'header', required: true, schema });
  }
  return parameters;
}

interface QuerySchema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

function responsesOf(method: string, operation: Operation, schemas: Map<string, object>): object {
  const answers = operation.answers ?? [{ status: method === 'POST' ? 201 : 200 }];
  const responses: Record<string, object> = {};
  for (const { status, body, list } of answers) {
    const content = body && { 'application/json': contentOf(body, schemas, list ?? false) };
    responses[status] = { description: status === 204 ? 'Done' : 'The answer', ...(content && { content }) };
  }
  for (const [status, rows] of byStatus([...entranceProblems(operation), ...(operation.problems ?? [])])) {
    const content = { schema: { $ref: '#/components/schemas/Problem' } };
    responses[status] = {
      description: rows.map(({ code, title }) => `${code}: ${title.en}`).join('; '),
      'x-codes': rows.map(({ code }) => code),
      content: { 'application/problem+json': content },
    };
  }
  return responses;
}

/** Codes that the entrance itself may answer on a route. */
function entranceProblems(operation: Operation): readonly DocumentedProblem[] {
  const codes: EntranceCode[] = ['unknown-field', 'internal-error', 'dependency-unavailable'];
  if (operation.permission !== 'public') codes.push('invalid-token', 'forbidden', 'not-found');
  if (operation.body)
    codes.push('invalid-json', 'too-deep', 'payload-too-large', 'unsupported-media-type', 'schema-invalid');
  if (operation.query) codes.push('schema-invalid');
  if (operation.paged) codes.push('limit-invalid', 'cursor-invalid');
  if (operation.minPosition) codes.push('position-invalid', 'projection-behind');
  if (operation.idempotent) {
    codes.push(
      'idempotency-key-missing',
      'idempotency-key-invalid',
      'idempotency-key-reused',
      'idempotency-in-progress',
    );
  }
  return [...new Set(codes)].map((code) => ({ code, ...ENTRANCE_PROBLEMS[code] }));
}

function byStatus(rows: readonly DocumentedProblem[]): ReadonlyMap<number, readonly DocumentedProblem[]> {
  const grouped = new Map<number, DocumentedProblem[]>();
  for (const row of rows) grouped.set(row.status, [...(grouped.get(row.status) ?? []), row]);
  return grouped;
}

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457 problem; `code` names the page /problems/<code>',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    traceId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { pointer: { type: 'string' }, code: { type: 'string' } },
        required: ['pointer', 'code'],
      },
    },
    facts: { type: 'object', additionalProperties: { type: 'string' } },
  },
  required: ['type', 'title', 'status', 'code', 'traceId'],
} as const;

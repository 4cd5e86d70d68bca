import { type MessageClass, schemaOf, validatorOf } from '@tallystick/contracts';
import type { Operation } from './operation';
import { Problem, problem, problemOfRefusal } from './problem';

/** What a query says beside the route's own fields. */
export interface QueryParts {
  readonly own: object;
  readonly limit: number;
  readonly cursor?: string;
  readonly minPosition?: string;
}

export const LARGEST_LIMIT = 500;
const DEFAULT_LIMIT = 100;
const LIMIT = /^[1-9][0-9]{0,2}$/;

/**
 * Reads a query strictly: unknown names are `unknown-field`, names in brackets, repeated names and objects
 * `schema-invalid`, `limit` beyond 1 to 500 `limit-invalid` (trust cases 25, 29, 91).
 */
export function readQuery(query: object, operation: Operation): QueryParts {
  const own: Record<string, string | string[]> = {};
  const page: { limit?: string; cursor?: string; 'min-position'?: string } = {};
  const known = operation.query ? propertiesOf(operation.query) : {};
  for (const [name, value] of Object.entries(query) as [string, string | string[]][]) {
    if (Object.hasOwn(known, name)) own[name] = value;
    else if (operation.paged && (name === 'limit' || name === 'cursor')) page[name] = single(name, value);
    else if (operation.minPosition && name === 'min-position') page[name] = single(name, value);
    else throw unknownName(name, known, operation);
  }
  return {
    own: operation.query ? judge(own, known, operation.query) : own,
    limit: limitOf(page.limit),
    cursor: page.cursor,
    minPosition: page['min-position'],
  };
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  if (!LIMIT.test(text) || Number(text) > LARGEST_LIMIT) {
    throw problem('limit-invalid', { errors: [{ pointer: '/limit', code: 'limit-invalid' }] });
  }
  return Number(text);
}

function single(name: string, value: string | string[]): string {
  if (typeof value !== 'string') throw misshapen(name);
  return value;
}

function unknownName(name: string, known: Readonly<Record<string, unknown>>, operation: Operation): Problem {
  const plain = name.replace(/\[.*$/s, '');
  if (plain !== name && (Object.hasOwn(known, plain) || (operation.paged && ['limit', 'cursor'].includes(plain)))) {
    return misshapen(plain);
  }
  return problem('unknown-field', { errors: [{ pointer: pointerTo(name), code: 'unknown-field' }] });
}

function misshapen(name: string): Problem {
  return problem('schema-invalid', { errors: [{ pointer: pointerTo(name), code: 'schema-invalid' }] });
}

function pointerTo(name: string): string {
  return `/${name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

interface Property {
  readonly type?: string;
}

const properties = new Map<MessageClass, Readonly<Record<string, Property>>>();

function propertiesOf(query: MessageClass): Readonly<Record<string, Property>> {
  let known = properties.get(query);
  if (!known) properties.set(query, (known = schemaOf(query)['properties'] as Readonly<Record<string, Property>>));
  return known;
}

function judge(
  own: Record<string, string | string[]>,
  known: Readonly<Record<string, Property>>,
  query: MessageClass,
): object {
  const typed = Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name, typedValue(value, known[name]?.type)]),
  );
  const verdict = validatorOf(query)(typed);
  if (!verdict.ok) throw problemOfRefusal(verdict);
  return verdict.value;
}

function typedValue(value: string | string[], type: string | undefined): unknown {
  if (type === 'array') return typeof value === 'string' ? [value] : value;
  if (typeof value !== 'string') return value;
  if (type === 'integer' && /^(0|-?[1-9][0-9]{0,15})$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

import type { MessageClass } from '@tallystick/contracts';
import 'reflect-metadata';

/** One documented answer of a route. */
export interface AnswerForm {
  readonly status: number;
  readonly body?: MessageClass;
  readonly list?: boolean;
}

/** All that the decorators of a route say of it: the hooks obey it, OpenAPI prints it, the boot check demands it. */
export interface Operation {
  readonly permission?: string;
  readonly summary?: { readonly en: string; readonly zh: string };
  readonly body?: MessageClass;
  /** True where no body at all says the same as an empty one. */
  readonly bodyOptional?: boolean;
  readonly query?: MessageClass;
  readonly paged?: boolean;
  readonly minPosition?: boolean;
  readonly idempotent?: boolean;
  readonly readsOnly?: boolean;
  readonly answers?: readonly AnswerForm[];
  /** Not part of the API page: the page itself. */
  readonly hidden?: boolean;
  /** Answered to those inside alone; to anyone else it does not exist. */
  readonly inside?: boolean;
  /** Codes of deciders that the route may answer, beside those of the entrance. */
  readonly problems?: readonly DocumentedProblem[];
}

export interface DocumentedProblem {
  readonly code: string;
  readonly status: number;
  readonly title: { readonly en: string; readonly zh: string };
}

/** The metadata key under which Nest's Fastify adapter takes a route's `config`. */
const ROUTE_CONFIG = '__fastify_route_config__';

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

/** Adds to what is known of a route; every decorator of this library goes through here. */
export function describeRoute(target: object, key: string | symbol, part: (known: Operation) => Operation): void {
  const handler: unknown = Reflect.get(target, key);
  if (typeof handler !== 'function') throw new TypeError(`${String(key)} is no route`);
  const config: { operation?: Operation } = Reflect.getMetadata(ROUTE_CONFIG, handler) ?? {};
  Reflect.defineMetadata(ROUTE_CONFIG, { ...config, operation: part(config.operation ?? {}) }, handler);
}

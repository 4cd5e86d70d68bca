import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Operation } from './operation';

/** A route as it was registered. */
export interface Route {
  readonly method: string;
  /** The pattern: `/v1/accounts/:id`. */
  readonly url: string;
  readonly operation: Operation | undefined;
}

/** Every route of an app; what is not in here is not answered (trust case 94: routes = OpenAPI). */
export class Routes {
  private readonly known: (Route & { readonly pattern: RegExp })[] = [];

  /** Takes note of every route that is registered from now on. */
  watch(app: FastifyInstance): void {
    app.addHook('onRoute', (route: RouteOptions) => {
      for (const method of [route.method].flat()) {
        const { url, config } = route;
        this.known.push({ method, url, operation: config?.operation, pattern: patternOf(url) });
      }
    });
  }

  all(): readonly Route[] {
    return this.known;
  }

  /** Methods that the address knows; empty where nothing is there. */
  methodsAt(address: string): readonly string[] {
    const path = address.split('?', 1)[0] ?? '';
    return [...new Set(this.known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
  }

  /** Fails the boot where a route says nobody who may call it (trust §4 "Authorisation": deny by default). */
  assertPermissions(): void {
    const open = this.known.filter(({ operation }) => !operation?.permission);
    if (open.length === 0) return;
    throw new Error(`routes without @Permission: ${open.map(({ method, url }) => `${method} ${url}`).join(', ')}`);
  }

  /** Fails the boot where a route changes something but takes no idempotency key. */
  assertIdempotency(): void {
    const open = this.known.filter(
      ({ method, operation }) => CHANGING.has(method) && !operation?.idempotent && !operation?.readsOnly,
    );
    if (open.length === 0) return;
    throw new Error(
      `changing routes without @Idempotent: ${open.map(({ method, url }) => `${method} ${url}`).join(', ')}`,
    );
  }
}

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${source}/?$`);
}

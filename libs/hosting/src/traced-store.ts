import type { EventStore } from '@tallystick/decider';
import { inSpan, isTracing, SpanKind } from '@tallystick/observability';

const TRACED: ReadonlySet<string | symbol> = new Set<keyof EventStore>([
  'append',
  'appendMany',
  'readStream',
  'readStreams',
]);

/** The same store; where spans are recorded, its appends and reads of streams are spans of the work that asks for them. */
export function tracedStore<Store extends EventStore>(store: Store, service: string): Store {
  if (!isTracing()) return store;
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const call = (...values: unknown[]): unknown => Reflect.apply(member, target, values);
      if (!TRACED.has(name)) return call;
      const attributes = { 'db.namespace': service, 'db.operation.name': String(name) };
      return (...values: unknown[]) =>
        inSpan(`${String(name)} ${service}`, { kind: SpanKind.CLIENT, attributes }, () =>
          Promise.resolve(call(...values)),
        );
    },
  });
}

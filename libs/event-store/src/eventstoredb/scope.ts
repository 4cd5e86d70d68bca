import type { EventFilter } from '@tallystick/decider';

/** The part of $all that is one service's log: the streams of its kinds, and of those what a reader asks for. */
export class LogScope {
  private readonly prefixes: readonly string[];

  constructor(kinds: readonly string[]) {
    this.prefixes = kinds.map((kind) => `${kind}-`);
  }

  /** Prefixes that the server is to filter by. Never empty: an empty list would mean every stream. */
  serverPrefixes(filter: EventFilter | undefined): string[] {
    const asked = filter?.streamPrefixes;
    if (!asked) return [...this.prefixes];
    const narrowed = asked.flatMap((prefix) =>
      this.prefixes.flatMap((own) => (prefix.startsWith(own) ? [prefix] : own.startsWith(prefix) ? [own] : [])),
    );
    return narrowed.length > 0 ? narrowed : ['none of our streams'];
  }

  passes(stream: string, type: string, filter: EventFilter | undefined): boolean {
    if (!this.prefixes.some((prefix) => stream.startsWith(prefix))) return false;
    if (filter?.types && !filter.types.includes(type)) return false;
    return !filter?.streamPrefixes || filter.streamPrefixes.some((prefix) => stream.startsWith(prefix));
  }
}

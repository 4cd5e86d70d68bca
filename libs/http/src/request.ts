import type { EventMetadata, Position } from '@tallystick/decider';
import type { Scope } from '@tallystick/observability';
import type { Caller } from './auth/caller';

/** What a command of an {@link Idempotent} route is called: the same key of the same credential names it for ever. */
export interface HttpCommand {
  /** UUIDv5 of (tenant, credential, key), for commands without a business id of their own. */
  readonly id: string;
  readonly key: string;
  /** True where the key was seen before with the same content: the answer must be the first one again. */
  readonly again: boolean;
  /** Metadata of the events; a command with a business id puts its own `commandId`. */
  readonly metadata: EventMetadata & { readonly correlationId: string };
}

/** One page of a list. `after` holds the sort keys of the last row of the page before. */
export interface Page {
  readonly limit: number;
  readonly after?: readonly string[];
  /** The cursor with which the next page starts after the row at this place. */
  cursorAfter(place: readonly string[]): string;
}

/** The shape of every list's answer. `next` is absent on the last page. */
export interface ListAnswer<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/** Answers a page of rows that were read with `limit + 1`; `place` names a row's sort keys. */
export function listAnswer<Row, Item>(
  page: Page,
  rows: readonly Row[],
  place: (row: Row) => readonly string[],
  item: (row: Row) => Item,
): ListAnswer<Item> {
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const more = rows.length > page.limit && last !== undefined;
  return { items: shown.map(item), ...(more && { next: page.cursorAfter(place(last)) }) };
}

declare module 'fastify' {
  interface FastifyRequest {
    scope: Scope & { readonly correlationId: string };
    startedAt: number;
    rawBody: Uint8Array | undefined;
    caller: Caller | undefined;
    command: HttpCommand | undefined;
    page: Page;
    minPosition: Position | undefined;
  }
}

/** Fields that the hooks fill; declared on every request so that its shape never changes. */
export const REQUEST_FIELDS = ['scope', 'rawBody', 'caller', 'command', 'page', 'minPosition'] as const;

/** `<kind>-<tenant>`, or `<kind>-<tenant>_<part>_<part>…`: the grammar of design §6 "Names". */
export function streamName(kind: string, tenant: string, ...parts: readonly string[]): string {
  return parts.length === 0 ? `${kind}-${tenant}` : `${kind}-${tenant}_${parts.join('_')}`;
}

/** The tenant that a stream belongs to; a kind has no dash and a tenant no underscore. */
export function tenantOf(stream: string): string {
  const from = stream.indexOf('-') + 1;
  const to = stream.indexOf('_', from);
  return to < 0 ? stream.slice(from) : stream.slice(from, to);
}

/** What follows the tenant: program, source and id, account … (a business id has no underscore). */
export function partsOf(stream: string): readonly string[] {
  const to = stream.indexOf('_', stream.indexOf('-'));
  return to < 0 ? [] : stream.slice(to + 1).split('_');
}

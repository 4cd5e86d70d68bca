/** Which time a question is about. */
export interface AsOfOptions {
  readonly at?: string;
  readonly knownAt?: string;
}

/** The options as a query, `?` included; empty where the question is about now. */
export function asOfQuery({ at, knownAt }: AsOfOptions): string {
  const query = new URLSearchParams({ ...(at !== undefined && { at }), ...(knownAt !== undefined && { knownAt }) });
  return query.size === 0 ? '' : `?${query.toString()}`;
}

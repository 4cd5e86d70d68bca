/** Grammar of a business id: purchase, line, order, store, member id, card token (design, "Names"). */
export const BUSINESS_ID = /^[A-Za-z0-9._:-]{1,64}$/;

/** Grammar of a tenant or a source: no underscore, since the underscore separates them in stream names. */
export const SLUG = /^[a-z0-9][a-z0-9-]{0,23}$/;

/** Grammar of a UUID as we write it: lower case with dashes. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** One retailer group, which is one organization tree. Comes from the credential or the topic binding, never a body. */
export type TenantId = string;
/** A loyalty scheme of one tenant. */
export type ProgramId = string;
/** Opaque id of a person's membership. */
export type MemberId = string;
/** UUIDv5 of (tenant, program, holder): anyone can compute it. */
export type AccountId = string;
/** A unit, brand, region or store of the organization tree. */
export type NodeId = string;

/** A bytewise total order of texts, the same on every machine and in Postgres under `COLLATE "C"` for ASCII ids. */
export function compareText(a: string, b: string): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}

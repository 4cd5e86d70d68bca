/** Who calls and what it may do; tenant and program come from the credential, never from the body (design §6 "Names"). */
export interface Caller {
  readonly tenant: string;
  readonly program: string;
  readonly subject: string;
  readonly permissions: ReadonlySet<string>;
  /** The unit that the credential is bound to, where it is. */
  readonly unit?: string;
  /** What idempotency keys are scoped by: they of one credential never meet another's. */
  readonly credential: string;
}

/** Turns the `Authorization` header into a caller; throws the one same 401 problem for whatever is wrong with it. */
export interface Authenticator {
  authenticate(authorization: string | undefined): Promise<Caller> | Caller;
}

/** The permission that stands for all of them; only the operator of a local installation holds it. */
export const EVERY_PERMISSION = '*';

/** True where the caller may use a function that asks for the permission. */
export function may(caller: Caller, permission: string): boolean {
  return caller.permissions.has(permission) || caller.permissions.has(EVERY_PERMISSION);
}

/** `<role>:<subject>` as event metadata names it; `svc:` subjects already say their role. */
export function actorOf(caller: Caller): string {
  return caller.subject.includes(':') ? caller.subject : `user:${caller.subject}`;
}

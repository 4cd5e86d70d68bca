import { currentScope, currentTraceparent } from '@tallystick/observability';
import { type MemberDirectory, MembershipAway } from '../application/member-directory';

const PATIENCE_MS = 5_000;

export interface MembershipClientOptions {
  /** Where membership answers, e.g. `http://127.0.0.1:8080`; absent: identifiers cannot be resolved. */
  readonly address?: string;
  /** A service token of our own; absent: the caller's credential is passed on. */
  readonly token?: string;
}

/** Asks membership over HTTP whom an identifier names. The identifier is neither stored nor logged here. */
export class MembershipClient implements MemberDirectory {
  constructor(private readonly options: MembershipClientOptions) {}

  async resolve(type: string, value: string, authorization: string | undefined): Promise<string | undefined> {
    const { address, token } = this.options;
    if (address === undefined) throw new MembershipAway('MEMBERSHIP_URL is not set');
    const credential = token === undefined ? authorization : `Bearer ${token}`;
    const response = await this.ask(new URL('/v1/members/resolve', address), { type, value }, credential);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new MembershipAway(`membership answered ${response.status}`);
    const { member } = (await response.json()) as { member?: unknown };
    if (typeof member !== 'string') throw new MembershipAway('membership named no member');
    return member;
  }

  private async ask(address: URL, body: object, credential: string | undefined): Promise<Response> {
    try {
      return await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(credential === undefined ? {} : { authorization: credential }),
          ...traceHeaders(),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
    } catch (error) {
      throw new MembershipAway('membership cannot be reached', { cause: error });
    }
  }
}

/** The call belongs to the request that caused it: the same correlation id, the same trace where one is recorded. */
function traceHeaders(): Record<string, string> {
  const traceparent = currentTraceparent();
  const correlationId = currentScope()?.correlationId;
  return {
    ...(correlationId === undefined ? {} : { 'x-correlation-id': correlationId }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

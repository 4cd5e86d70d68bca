import { RefusedRequest, type SuiteClient } from '@tallystick/standalone';

export interface ResolvedMember {
  readonly member: string;
  readonly account: string;
}

/** Finds the member whom `value` or `type:value` names; throws a sentence where there is none. */
export async function resolveMember(
  suite: SuiteClient,
  identifier: string,
  defaultType: string,
): Promise<ResolvedMember> {
  const colon = identifier.indexOf(':');
  const [type, value] =
    colon < 0 ? [defaultType, identifier] : [identifier.slice(0, colon), identifier.slice(colon + 1)];
  try {
    return (await suite.send<ResolvedMember>('POST', '/v1/members/resolve', { body: { type, value } })).body;
  } catch (error) {
    if (error instanceof RefusedRequest && error.problem.status === 404)
      throw new Error(`no member has the ${type} identifier ${value}`);
    throw error;
  }
}

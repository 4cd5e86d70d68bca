import { isIP } from 'node:net';
import { AccessTokens, type Authenticator, LOCAL_ISSUER, LocalIssuer, RemoteKeys } from '@tallystick/http';
import { dataFolderOf } from './local-keys';
import type { Environment, Settings } from './settings';

/** Who vouches for callers of this process. The local issuer is present where no other one is set. */
export interface Authentication {
  readonly localIssuer?: LocalIssuer;
  /** Takes tokens for any of these audiences. */
  forAudiences(services: readonly string[]): Authenticator;
}

/** The audience of a service's tokens, unless `OIDC_AUDIENCE` says another. */
export function audienceOf(service: string): string {
  return `tallystick/${service}`;
}

/**
 * Opens the issuer that `OIDC_ISSUER` names, or the local one: then the process must listen on loopback and must not be
 * production (trust case 88).
 */
export async function openAuthentication(settings: Settings, environment: Environment): Promise<Authentication> {
  const issuer = settings['OIDC_ISSUER'];
  const audiences = (services: readonly string[]): readonly string[] =>
    settings['OIDC_AUDIENCE'] ? [settings['OIDC_AUDIENCE']] : services.map(audienceOf);
  if (issuer) {
    const url = settings['OIDC_JWKS_URL'] ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
    const keys = new RemoteKeys({ url: new URL(url) });
    return { forAudiences: (services) => new AccessTokens({ issuer, audience: audiences(services), keys }) };
  }
  const localIssuer = await LocalIssuer.open(dataFolderOf(settings), environment);
  if (!isLoopback(settings['TALLY_HOST']))
    throw new Error('the local token issuer is for loopback only: set OIDC_ISSUER');
  const { keySet: keys } = localIssuer;
  return {
    localIssuer,
    forAudiences: (services) => new AccessTokens({ issuer: LOCAL_ISSUER, audience: audiences(services), keys }),
  };
}

function isLoopback(host: string | undefined): boolean {
  if (host === undefined || host === 'localhost') return true;
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1';
}

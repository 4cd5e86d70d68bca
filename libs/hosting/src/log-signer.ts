import { type SignerKey, signerOf } from '@tallystick/proof';
import type { Settings } from './settings';

/** Signs as the log of a service: `TALLY_SEAL_KEY` under the name `<TALLY_ORIGIN>/<service>`. */
export function logSigner(service: string, settings: Settings): SignerKey {
  const key = Buffer.from(settings['TALLY_SEAL_KEY'] ?? '', 'base64');
  return signerOf(`${settings['TALLY_ORIGIN']}/${service}`, 'note', key);
}

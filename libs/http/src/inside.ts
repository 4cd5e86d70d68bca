import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

/**
 * Who counts as inside: metrics, API pages and status are for them alone; to anyone else they do not exist (trust
 * case 94). Loopback always does. A forwarded request comes from outside, whoever forwards it.
 */
export class Inside {
  private readonly networks = new BlockList();

  /** `networks`: CIDR ranges, e.g. `10.0.0.0/8`. A malformed one is a `TypeError`. */
  constructor(networks: readonly string[] = []) {
    for (const network of ['127.0.0.0/8', '::1/128', ...networks]) {
      const [address = '', prefix = ''] = network.split('/');
      const family = isIP(address);
      if (family === 0 || !/^[0-9]{1,3}$/.test(prefix)) throw new TypeError(`${network} is no CIDR range`);
      this.networks.addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
    }
  }

  includes(request: IncomingMessage): boolean {
    if (request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined) return false;
    const address = request.socket.remoteAddress?.replace(/^::ffff:/, '');
    if (!address) return false;
    return this.networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

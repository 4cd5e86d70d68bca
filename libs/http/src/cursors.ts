import { createHmac, timingSafeEqual } from 'node:crypto';
import { problem } from './problem';

const LONGEST = 1_024;
const SHAPE = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{22})$/;

/**
 * Cursors of lists: the sort keys of a page's last row, authenticated together with the scope they were issued in
 * (tenant, route, filters), so that a forged or borrowed one is `cursor-invalid` (trust case 30).
 */
export class Cursors {
  /** `key`: 32 bytes that all replicas of a service have in common. */
  constructor(private readonly key: Uint8Array) {
    if (key.length < 32) throw new RangeError('a cursor key has 32 bytes or more');
  }

  issue(scope: string, place: readonly string[]): string {
    const payload = Buffer.from(JSON.stringify(place)).toString('base64url');
    return `${payload}.${this.mac(scope, payload).toString('base64url')}`;
  }

  read(scope: string, cursor: string): readonly string[] {
    const [, payload, mac] = (cursor.length <= LONGEST && SHAPE.exec(cursor)) || [];
    if (!payload || !mac || !timingSafeEqual(this.mac(scope, payload), Buffer.from(mac, 'base64url'))) {
      throw problem('cursor-invalid');
    }
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as string[];
  }

  private mac(scope: string, payload: string): Buffer {
    return createHmac('sha256', this.key).update(`${scope}\0${payload}`).digest().subarray(0, 16);
  }
}

import { hash } from 'node:crypto';

/** Namespace of every Tallystick name: UUIDv5(DNS, "tallystick"). */
const NAMESPACE = '1c4b3164-c8a7-597c-8fa5-cf4a32b52a7a';

const NAMESPACE_LENGTH = 16;
let scratch = Buffer.allocUnsafe(1_024);

/** UUIDv5 (RFC 9562 §5.5) of a name within a namespace UUID. */
export function uuidV5(name: string, namespace: string): string {
  if (NAMESPACE_LENGTH + name.length * 3 > scratch.length)
    scratch = Buffer.allocUnsafe(NAMESPACE_LENGTH + name.length * 3);
  writeUuid(namespace);
  const end = NAMESPACE_LENGTH + scratch.write(name, NAMESPACE_LENGTH, 'utf8');
  const digest = hash('sha1', scratch.subarray(0, end), 'hex');
  const variant = VARIANTS[digitOf(digest.charCodeAt(16)) % 4]!;
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

/** The variant's digit by the last two bits of the hash's. */
const VARIANTS = ['8', '9', 'a', 'b'];

function writeUuid(uuid: string): void {
  let at = 0;
  for (let i = 0; i < uuid.length; i += 2) {
    if (uuid.charCodeAt(i) === DASH) i += 1;
    scratch[at++] = (digitOf(uuid.charCodeAt(i)) << 4) | digitOf(uuid.charCodeAt(i + 1));
  }
}

const DASH = 0x2d;

/** Of a lower-case hexadecimal digit. */
function digitOf(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57;
}

/** Id of the command that a message of a source asks for: the same message always names the same command. */
export function commandId(tenant: string, source: string, type: string, businessId: string): string {
  return uuidV5(`command/${tenant}/${source}/${type}/${businessId}`, NAMESPACE);
}

/** Id of a command that has no business id of its own: the credential and the idempotency key name it. */
export function keyedCommandId(tenant: string, credential: string, idempotencyKey: string): string {
  return uuidV5(`key/${tenant}/${credential}/${idempotencyKey}`, NAMESPACE);
}

/** Id of a holder's account in a program: anyone can compute it. */
export function accountId(tenant: string, program: string, holder: string): string {
  return uuidV5(`account/${tenant}/${program}/${holder}`, NAMESPACE);
}

/** Id of the n-th event of a command. */
export function eventId(command: string, index: number): string {
  return uuidV5(String(index), command);
}

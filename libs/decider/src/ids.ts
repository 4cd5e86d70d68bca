import { hash } from 'node:crypto';

/** Namespace of every Tallystick name: UUIDv5(DNS, "tallystick"). */
const NAMESPACE = '1c4b3164-c8a7-597c-8fa5-cf4a32b52a7a';

const NAMESPACE_BYTES = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex');

/** UUIDv5 (RFC 9562 §5.5) of a name within a namespace UUID. */
export function uuidV5(name: string, namespace: string): string {
  const digest = hash('sha1', Buffer.concat([namespaceBytes(namespace), Buffer.from(name, 'utf8')]), 'hex');
  const variant = ((parseInt(digest[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
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

function namespaceBytes(uuid: string): Buffer {
  return uuid === NAMESPACE ? NAMESPACE_BYTES : Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

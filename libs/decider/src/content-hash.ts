import { hash } from 'node:crypto';

/** SHA-256 of a text in UTF-8, as 64 hexadecimal digits: tells content apart that is too long to be kept. */
export function contentHash(text: string): string {
  return hash('sha256', text, 'hex');
}

import type { PoolMember } from './pool.events';

/** All that the opening of a pool says, so that the same again is known. */
export function openingText(owner: string, members: readonly PoolMember[]): string {
  const others = members.filter(({ member, perDay, perMonth }) => member !== owner || perDay || perMonth);
  const lines = others.map(({ member, perDay = '', perMonth = '' }) => `${member} ${perDay} ${perMonth}`);
  return [owner, ...lines.sort()].join('\n');
}

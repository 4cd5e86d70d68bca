import { createHash } from 'node:crypto';
import type { FileReading, Publication } from './publication';

/** `file`: as it stands; `interleaved`: customers mixed at random, each one's own order kept; `random`: any order. */
export const ORDERS = ['file', 'interleaved', 'random'] as const;
export type Order = (typeof ORDERS)[number];

/** The publications in another order, made of the seed alone: the same seed gives the same order. */
export async function ordered(reading: FileReading, order: Order, seed: string): Promise<AsyncIterable<Publication>> {
  const all: Publication[] = [];
  for await (const publication of reading.publications) all.push(publication);
  const shuffled = all
    .map((publication, index) => ({ publication, index, rank: rankOf(seed, index) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  if (order === 'random') return each(shuffled.map(({ publication }) => publication));
  const own = new Map<string, Publication[]>();
  for (const publication of all) {
    const customer = publication.customer ?? '';
    const list = own.get(customer);
    if (list) list.push(publication);
    else own.set(customer, [publication]);
  }
  const next = new Map<string, number>();
  return each(
    shuffled.map(({ publication }) => {
      const customer = publication.customer ?? '';
      const at = next.get(customer) ?? 0;
      next.set(customer, at + 1);
      return own.get(customer)![at]!;
    }),
  );
}

async function* each(publications: readonly Publication[]): AsyncIterable<Publication> {
  yield* publications;
}

function rankOf(seed: string, index: number): string {
  return createHash('sha256').update(`${seed}/${index}`).digest('hex');
}

import { compareText, type Instant } from '@tallystick/vocabulary';

/** What places a fact among the facts of its account. */
export interface FactPlace {
  readonly kind: 'accrual' | 'reversal';
  readonly at: Instant;
  readonly source: string;
  readonly id: string;
  /** Key of the purchase that a linked return names. */
  readonly purchase?: string;
}

/** The order of facts: effective time, accrual before reversal, source, id; never arrival (capabilities L13). */
export function inFactOrder(a: FactPlace, b: FactPlace): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.kind !== b.kind) return a.kind === 'accrual' ? -1 : 1;
  return compareText(a.source, b.source) || compareText(a.id, b.id) || compareText(a.purchase ?? '', b.purchase ?? '');
}

/** Index of the first fact that does not sort before `place`; facts are in fact order. */
export function placeOf(facts: readonly FactPlace[], place: FactPlace): number {
  if (facts.length === 0 || inFactOrder(facts[facts.length - 1]!, place) < 0) return facts.length;
  let [low, high] = [0, facts.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inFactOrder(facts[middle]!, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

import type { Accrual, AccountState, Fact, Reversal, Taking } from './account.state';
import { type FactPlace, inFactOrder, placeOf } from './fact-order';
import type { AskedReversal, Picture } from './picture';
import { Walk } from './walk';

/** A reversal and what it gets once the picture counts. */
export interface Redrawn {
  readonly old?: Reversal;
  readonly wanted: AskedReversal;
  readonly items: readonly Taking[];
}

/**
 * Draws every reversal from the picture's first change on again, in fact order. What lies before is untouched: it
 * cannot have seen what changes. Quick where no reversal lies behind the change.
 */
export function redraw(state: AccountState, picture: Picture): Redrawn[] {
  const { from } = picture;
  if (!from) return [];
  const quiet = !state.lastReversal || inFactOrder(state.lastReversal, from) < 0;
  if (quiet && picture.reversals.length === 0 && state.repayable.size === 0) return [];
  return redrawFrom(state, picture, firstOf([from, ...state.repayable]));
}

/**
 * Draws every reversal again, because a decision has left lots with more, or in another order, than before. What a decision
 * only uses was left by all of them and changes nothing.
 */
export function redrawAll(state: AccountState): Redrawn[] {
  const first = state.facts.find(({ kind }) => kind === 'reversal');
  return first ? redrawFrom(state, { reversals: [] }, first) : [];
}

function firstOf(places: readonly FactPlace[]): FactPlace {
  return places.reduce((least, place) => (inFactOrder(place, least) < 0 ? place : least));
}

function redrawFrom(state: AccountState, picture: Picture, from: FactPlace): Redrawn[] {
  const start = placeOf(state.facts, from);
  const walk = new Walk(state, start);
  for (const step of suffix(state, picture, start, from)) {
    if (step.kind === 'accrual') walk.pass(step);
    else walk.reverse(step);
  }
  return walk.redrawn();
}

type Step = Accrual | { readonly kind: 'reversal'; readonly old?: Reversal; readonly wanted: AskedReversal };

/** The facts from an index on, as the picture wants them. */
function suffix(state: AccountState, picture: Picture, start: number, from: FactPlace): Step[] {
  const replaced = new Set<Fact>();
  const steps: Step[] = [];
  if (picture.accrual?.old) replaced.add(picture.accrual.old);
  for (const { old } of picture.reversals) if (old) replaced.add(old);
  for (let i = start; i < state.facts.length; i++) {
    const fact = state.facts[i]!;
    if (!replaced.has(fact)) steps.push(fact.kind === 'accrual' ? fact : asStored(fact));
  }
  if (picture.accrual && placed(picture.accrual.wanted, from)) steps.push(picture.accrual.wanted);
  for (const one of picture.reversals) if (placed(one.wanted, from)) steps.push({ kind: 'reversal', ...one });
  return steps.sort((a, b) => inFactOrder(placeOfStep(a), placeOfStep(b)));
}

/** An unchanged fact before the first change is no step: it stays as it is. */
function placed(fact: Accrual | AskedReversal, from: FactPlace): boolean {
  return inFactOrder(fact, from) >= 0;
}

function placeOfStep(step: Step): Accrual | AskedReversal {
  return step.kind === 'accrual' ? step : step.wanted;
}

function asStored(old: Reversal): Step {
  const asks = old.items.map(({ asset, asked, clawback, slices }) => {
    return { asset, score: slices === undefined, amount: asked, clawback };
  });
  return { kind: 'reversal', old, wanted: { ...old, asks } };
}

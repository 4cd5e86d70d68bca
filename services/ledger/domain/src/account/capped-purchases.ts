import type { ApplyEvaluation } from './account.commands';
import type { AccountEvent } from './account.events';
import { eventsOfPurchase } from './account.facts';
import { type AccountState, keyOf } from './account.state';
import { type CappedPurchase, cutByCaps, type CutEvaluation, cutLast, getsTheSame, isLast, uncutOf } from './caps';
import { Draft } from './decisions/draft';
import { lateLots } from './decisions/late-lots';
import { pictureOfPurchase } from './picture';

/** True where caps have a say in what a purchase gets; an account without caps pays a look at two absent fields. */
export function isCapped({ capped, purchase }: ApplyEvaluation, state: AccountState): boolean {
  return capped === true || (state.capped !== undefined && state.capped.has(keyOf(purchase)));
}

/**
 * What has to be said so that the account shows a purchase under its caps, and what that leaves to the purchases after it:
 * each of them whose part changes is amended as by a picture of its own (capabilities L13, L17). `opening`: events that come
 * first.
 */
export function eventsOfCapped(
  command: ApplyEvaluation,
  state: AccountState,
  opening: readonly AccountEvent[],
): AccountEvent[] {
  const key = keyOf(command.purchase);
  const known = state.capped ?? new Map<string, CappedPurchase>();
  const draft = new Draft(state);
  draft.add(opening);
  const all = [...known.values()];
  if (command.capped && !known.has(key) && isLast(command, all)) {
    draft.add(told({ ...cutLast(command, all), uncut: uncutOf(command) }, draft.state));
    return draft.events;
  }
  const others = [...known].flatMap(([name, { picture }]) => (name === key ? [] : [picture]));
  const cuts = cutByCaps(command.capped ? [...others, command] : others);
  draft.add(told(command.capped ? { ...cuts.get(key)!, uncut: uncutOf(command) } : command, draft.state));
  for (const [name, cut] of cuts) {
    const before = name === key ? undefined : known.get(name);
    if (!before || getsTheSame(cut, before)) continue;
    const again: CutEvaluation = { ...cut, uncut: before.uncut };
    draft.add(eventsOfPurchase(again, draft.state, pictureOfPurchase(again, draft.state)));
  }
  return draft.events;
}

function told(own: CutEvaluation, state: AccountState): AccountEvent[] {
  const picture = pictureOfPurchase(own, state);
  return [...eventsOfPurchase(own, state, picture), ...lateLots(picture, state)];
}

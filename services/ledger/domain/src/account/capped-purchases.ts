import type { ApplyEvaluation } from './account.commands';
import type { AccountEvent } from './account.events';
import { eventsOfPurchase } from './account.facts';
import { type AccountState, keyOf } from './account.state';
import { cappedPictures, cutByCaps, type CutEvaluation, isCutAlike } from './caps';
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
  const known = cappedPictures(state, command);
  const others = known.filter(({ purchase }) => keyOf(purchase) !== key);
  const before = cutByCaps(known);
  const after = cutByCaps(command.capped ? [...others, command] : others);
  const draft = new Draft(state);
  draft.add(opening);
  const own: CutEvaluation = after.get(key) ?? command;
  const picture = pictureOfPurchase(own, draft.state);
  draft.add([...eventsOfPurchase(own, draft.state, picture), ...lateLots(picture, draft.state)]);
  for (const [name, cut] of after) {
    if (name === key || isCutAlike(before.get(name), cut)) continue;
    draft.add(eventsOfPurchase(cut, draft.state, pictureOfPurchase(cut, draft.state)));
  }
  return draft.events;
}

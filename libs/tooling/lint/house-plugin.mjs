import { placeRule } from './module-places.mjs';
import { PLACES } from './places.mjs';
import { pureRule } from './pure-rule.mjs';

/** The lint rules of this house. */
export const house = {
  meta: { name: 'house' },
  rules: { pure: pureRule, ...Object.fromEntries(PLACES.map((place) => [place.rule, placeRule(place)])) },
};

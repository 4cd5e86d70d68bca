import { type Role, ROLES } from './service';
import { listOf, type Settings } from './settings';

/** The roles that `TALLY_ROLES` names; all of them where it is absent. An unknown one fails the boot. */
export function rolesOf(settings: Settings): ReadonlySet<Role> {
  const named = listOf(settings['TALLY_ROLES']);
  if (named.length === 0) return new Set(ROLES);
  return new Set(
    named.map((name) => {
      const role = ROLES.find((known) => known === name);
      if (!role) throw new Error(`TALLY_ROLES: ${name} is none of ${ROLES.join(', ')}`);
      return role;
    }),
  );
}

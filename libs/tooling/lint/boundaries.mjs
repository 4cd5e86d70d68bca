const SERVICES = ['campaigns', 'insights', 'ledger', 'membership', 'organization', 'settlement'];

const may = (sourceTag, ...onlyDependOnLibsWithTags) => ({ sourceTag, onlyDependOnLibsWithTags });

/**
 * Who may depend on whom, by the tags of the project.json files (design §4). What holds by file instead of by project
 * (specs, composition roots) stands in places.mjs, so `allow` names those two and the rule there decides.
 */
export const boundaries = {
  allow: ['^@tallystick/testing(/wire-double)?$', '^@tallystick/[a-z-]+/publications$'],
  // Specs of the libraries that libs/testing is made of use libs/testing.
  ignoredCircularDependencies: [['testing', '*']],
  // A spec that imports lazily makes no library lazy.
  checkDynamicDependenciesExceptions: ['.*'],
  depConstraints: [
    may('type:pure', 'type:pure'),
    may('type:domain', 'type:pure'),
    may('type:lib', 'type:pure', 'type:lib'),
    may('type:testing', 'type:pure', 'type:lib', 'type:testing'),
    may('type:tooling', 'type:pure', 'type:lib', 'type:tooling'),
    may('type:service', 'type:pure', 'type:lib', 'type:domain'),
    may('type:witness', 'type:pure', 'type:lib'),
    may('type:host', 'type:pure', 'type:lib', 'type:service', 'type:witness'),
    // The simulator drives the plain parts of several services over one store and one bus in memory.
    may('type:simulation', 'type:pure', 'type:lib', 'type:domain', 'type:service'),
    may(
      'type:cli',
      'type:pure',
      'type:lib',
      'type:domain',
      'type:service',
      'type:witness',
      'type:host',
      'type:simulation',
    ),
    // One service's domain is out of reach for another.
    ...SERVICES.map((name) => may(`scope:${name}`, `scope:${name}`, 'type:pure', 'type:lib')),
  ],
};

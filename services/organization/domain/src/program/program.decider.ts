import { type Decider, type DomainEvent, reject, UnknownEvent } from '@tallystick/decider';

/** The settings of a loyalty program. Days and seconds are decimal text; no `acceptPurchasesFromDays` = no limit. */
export interface ProgramSettings {
  readonly name: string;
  /** IANA zone of expiry dates, tier reviews and `day-ended`. */
  readonly zone: string;
  /** ISO 4217 code. */
  readonly currency: string;
  readonly acceptPurchasesFromDays?: string;
  readonly referenceWaitSeconds: string;
}

export type ProgramDeclared = DomainEvent<'ProgramDeclared', ProgramSettings>;

export interface DeclareProgram {
  readonly kind: 'declare-program';
  readonly settings: ProgramSettings;
}

export interface ProgramState {
  readonly settings?: ProgramSettings;
}

export type ProgramRefusal = 'program-currency-conflict';

/** One program: its settings, the latest declaration counts. The currency never changes, since amounts are kept in it. */
export const programDecider: Decider<ProgramState, DeclareProgram, ProgramDeclared, ProgramRefusal> = {
  kind: 'program',
  initial: () => ({}),
  decide({ settings }, state) {
    const known = state.settings;
    if (known && known.currency !== settings.currency) {
      return reject('program-currency-conflict', { currency: settings.currency, known: known.currency });
    }
    if (known && FIELDS.every((field) => known[field] === settings[field])) return [];
    return [{ type: 'ProgramDeclared', version: 1, data: settings }];
  },
  evolve: (_, { data }) => ({ settings: data }),
  invariants: () => [],
  refusals: {
    'program-currency-conflict': {
      family: 'conflict',
      retryable: false,
      precedence: 1,
      title: { en: 'A program keeps its currency', zh: '计划的币种不可更改' },
    },
  },
  upcast(type, version, data) {
    if (type !== 'ProgramDeclared' || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data: data as ProgramSettings };
  },
};

const FIELDS = ['name', 'zone', 'currency', 'acceptPurchasesFromDays', 'referenceWaitSeconds'] as const;

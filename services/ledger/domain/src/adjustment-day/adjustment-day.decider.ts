import { type Decider, type DomainEvent, reject, UnknownEvent } from '@tallystick/decider';

/** An adjustment that its maker books alone counts towards the maker's sum of the day. */
export type AdjustmentCounted = DomainEvent<
  'AdjustmentCounted',
  {
    readonly program: string;
    readonly maker: string;
    /** Local date of the program's zone, `YYYY-MM-DD`. */
    readonly date: string;
    readonly account: string;
    readonly adjustment: string;
    readonly asset: string;
    /** What it counts: never negative, whether it credits or debits. */
    readonly amount: string;
  }
>;

/** Counts an adjustment; `daily` is the most that the sum may come to, in points of the asset. */
export interface CountAdjustment {
  readonly kind: 'count-adjustment';
  readonly program: string;
  readonly maker: string;
  readonly date: string;
  readonly account: string;
  readonly adjustment: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly daily: bigint;
}

export interface AdjustmentDayState {
  /** Sums by asset. */
  readonly sums: Map<string, bigint>;
  /** What each adjustment counted, by account and name. */
  readonly counted: Map<string, string>;
}

export type AdjustmentDayRefusal = 'limit-exceeded' | 'decision-conflict';

/**
 * What one maker has adjusted alone on one day of one program. Its stream serialises them, so that however many are asked
 * for at once their sum never passes the limit, and splitting one large adjustment into many small ones does not help
 * (capabilities L11, trust case 72). What is counted stays counted, also where the booking fails afterwards.
 */
export const adjustmentDayDecider: Decider<
  AdjustmentDayState,
  CountAdjustment,
  AdjustmentCounted,
  AdjustmentDayRefusal
> = {
  kind: 'adjustmentday',
  initial: () => ({ sums: new Map(), counted: new Map() }),
  decide({ kind: _, daily, amount, ...said }, { sums, counted }) {
    const { asset, adjustment } = said;
    const known = counted.get(nameOf(said));
    if (known !== undefined) {
      return known === contentOf(asset, amount)
        ? []
        : reject('decision-conflict', { name: `adjustment ${adjustment}` });
    }
    const sum = sums.get(asset) ?? 0n;
    if (sum + amount > daily) {
      return reject('limit-exceeded', { asset, daily: String(daily), used: String(sum) });
    }
    return [{ type: 'AdjustmentCounted', version: 1, data: { ...said, amount: String(amount) } }];
  },
  evolve(state, { data }) {
    const { asset, amount } = data;
    state.sums.set(asset, (state.sums.get(asset) ?? 0n) + BigInt(amount));
    state.counted.set(nameOf(data), contentOf(asset, BigInt(amount)));
    return state;
  },
  invariants({ sums, counted }) {
    const again = new Map<string, bigint>();
    for (const content of counted.values()) {
      const [asset, amount] = content.split(' ') as [string, string];
      again.set(asset, (again.get(asset) ?? 0n) + BigInt(amount));
    }
    return [...sums]
      .filter(([asset, sum]) => sum !== again.get(asset))
      .map(([asset]) => `the sum of ${asset} is wrong`);
  },
  refusals: {
    'limit-exceeded': {
      family: 'forbidden',
      retryable: true,
      precedence: 1,
      title: { en: 'The sum that one person may adjust in a day is used up', zh: '个人当日可调整积分额度已用完' },
    },
    'decision-conflict': {
      family: 'conflict',
      retryable: false,
      precedence: 2,
      title: { en: 'The same name was used for something else', zh: '该编号已用于其他内容' },
    },
  },
  upcast(type, version, data) {
    if (type !== 'AdjustmentCounted' || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data: data as AdjustmentCounted['data'] };
  },
};

function nameOf({ account, adjustment }: { readonly account: string; readonly adjustment: string }): string {
  return `${account} ${adjustment}`;
}

function contentOf(asset: string, amount: bigint): string {
  return `${asset} ${amount}`;
}

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const DRAWS_ALIKE = 24;

/** Draws made of a seed alone: the same seed draws the same. */
export class Random {
  private readonly generator;

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed);
    // The first draws of neighbouring seeds are alike.
    for (let draw = 0; draw < DRAWS_ALIKE; draw++) this.fraction();
  }

  /** A whole number, `from` and `to` included. */
  between(from: number, to: number): number {
    return uniformInt(this.generator, from, to);
  }

  /** True once in so many draws on average. */
  oneIn(draws: number): boolean {
    return uniformInt(this.generator, 1, draws) === 1;
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.between(0, values.length - 1)]!;
  }

  /** At least 0 and below 1, as `Math.random`. */
  fraction(): number {
    return uniformFloat64(this.generator);
  }

  /** The values in another order. */
  shuffled<Value>(values: readonly Value[]): Value[] {
    const shuffled = [...values];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.between(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    return shuffled;
  }
}

/** A boot that would do harm; its code is stable, and the sentence behind it says the way out. */
export class BootRefused extends Error {
  constructor(
    readonly code: 'bus-changed' | 'store-changed' | 'migration-changed' | 'projection-changed',
    what: string,
  ) {
    super(`${code}: ${what}`);
    this.name = 'BootRefused';
  }
}

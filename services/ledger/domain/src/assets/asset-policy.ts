/** What a program may decide about an asset of kind `points`; what it does not say has a default. */
export interface AssetPolicy {
  /** `protect`: a lot lives as long as the hold that took it; `lapse`: the hold ends with its first lot that does. */
  readonly expireUnderHold: 'protect' | 'lapse';
  /** How long a lot lives again whose date has passed when its redemption is cancelled, in days (capabilities L9). */
  readonly cancelGraceDays: number;
  /** How long a hold lives, in seconds: where its caller does not say, and at most. */
  readonly holdTtlSeconds: { readonly default: number; readonly most: number };
}

/** What holds where a program says nothing (capabilities §3). */
export const DEFAULT_POLICY: AssetPolicy = {
  expireUnderHold: 'protect',
  cancelGraceDays: 7,
  holdTtlSeconds: { default: 900, most: 86_400 },
};

/**
 * Why points are corrected, lots extended and accounts frozen. Codes and never free text: what events say stays for ever,
 * and free text leaks names (capabilities L11, M6).
 */
export const ADJUSTMENT_REASONS = ['goodwill', 'correction', 'dispute', 'fraud', 'migration'] as const;
export const EXTENSION_REASONS = ['goodwill', 'late-lot', 'outage', 'policy-change'] as const;
export const CLOSE_REASONS = ['member-request', 'fraud', 'inactive', 'merged-elsewhere'] as const;
export const FREEZE_REASONS = ['fraud-suspected', 'dispute', 'member-request', 'resolved'] as const;
export const LEASE_REASONS = ['till-offline', 'clock-wrong', 'fraud-suspected', 'goodwill'] as const;

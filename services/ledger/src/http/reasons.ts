/**
 * Why lots are extended and accounts frozen or closed; why points are corrected is declared by the program. Codes and never
 * free text: what events say stays for ever, and free text leaks names (capabilities L11, M6).
 */
export const EXTENSION_REASONS = ['goodwill', 'late-lot', 'outage', 'policy-change'] as const;
export const CLOSE_REASONS = ['member-request', 'fraud', 'inactive', 'merged-elsewhere'] as const;
export const FREEZE_REASONS = ['fraud-suspected', 'dispute', 'member-request', 'resolved'] as const;
export const LEASE_REASONS = ['till-offline', 'clock-wrong', 'fraud-suspected', 'goodwill'] as const;

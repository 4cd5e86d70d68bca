/** Port of membership: whom a phone number, mail address or card names. */
export abstract class MemberDirectory {
  /** The member's id; `undefined` where nobody has the identifier. Throws {@link MembershipAway}. */
  abstract resolve(type: string, value: string, authorization: string | undefined): Promise<string | undefined>;
}

/** Membership does not answer now; the same request may succeed later. */
export class MembershipAway extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MembershipAway';
  }
}

import { canonicalJson } from '@tallystick/decider';
import { type SignerKey, signerOf, signNote } from '@tallystick/proof';
import type { HoldPlaced } from '@tallystick/ledger-domain';

/** Whose lease it is: what the event leaves to its stream. */
interface Leased {
  readonly tenant: string;
  readonly account: string;
}

/**
 * Signs what tills may spend offline. A grant is a signed note (C2SP signed-note, Ed25519): one line of canonical JSON, so
 * whoever has the published key checks it without a connection. The same lease has the same grant for ever.
 */
export class LeaseGrants {
  private known: SignerKey | undefined;

  /** `seed`: 32 bytes in base64, which only processes that answer requests have; `origin` names the installation. */
  constructor(
    private readonly seed: string,
    private readonly origin: string,
  ) {}

  /** The key that checks grants, as C2SP tools write it. */
  get key(): string {
    return this.signer.verifier.text;
  }

  /** The grant of a lease as its event says it. */
  grantOf({ tenant, account }: Leased, { data }: HoldPlaced): string {
    const { hold: lease, till, program, asset, amount, unit, store, effectiveAt: from, until } = data;
    const grant = { account, amount, asset, from, lease, program, tenant, till, unit, until };
    return signNote(`${canonicalJson({ ...grant, ...(store === undefined ? {} : { store }) })}\n`, this.signer);
  }

  private get signer(): SignerKey {
    return (this.known ??= signerOf(`${this.origin}/leases`, 'note', Buffer.from(this.seed, 'base64')));
  }
}

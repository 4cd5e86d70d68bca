import { membership, validatorOf } from '@tallystick/contracts';
import { accountOf, grown, MembershipFixture, TENANT } from './membership-fixture';

let fixture: MembershipFixture;

beforeEach(async () => {
  fixture = await MembershipFixture.start();
});

afterEach(() => fixture?.stop());

const phone = (value: string, verified = true) => ({ type: 'phone', value, verified });
const email = (value: string, verified = true) => ({ type: 'email', value, verified });

async function enrolled(...identifiers: Parameters<MembershipFixture['enrol']>[0]): Promise<string> {
  const answer = await fixture.enrol(identifiers);
  if (answer.kind !== 'enrolled') throw new Error(answer.kind);
  return answer.member;
}

async function count(table: string): Promise<number> {
  const { rows } = await fixture.pool.query<{ count: string }>(`select count(*) as count from ${table}`);
  return Number(rows[0]?.count);
}

describe('enrolment', () => {
  it('makes a member of a person nobody knows, and says so', async () => {
    const answer = await fixture.enrol([phone('13800000001')]);
    if (answer.kind !== 'enrolled') throw new Error(answer.kind);
    expect(answer).toMatchObject({ account: accountOf(answer.member) });
    await expect(fixture.announced('membership.member-enrolled.v1')).resolves.toEqual([
      {
        member: answer.member,
        account: answer.account,
        program: 'main',
        enrolledAt: '2026-11-24T12:00:00.000Z',
        unit: 'market',
        store: 'hz-001',
      },
    ]);
  });

  it('that is replayed answers the same member, from any process, and adds what is new of them', async () => {
    const member = await enrolled(phone('13800000001'));
    await expect(fixture.enrol([phone(' 13800000001 ')], fixture.twin())).resolves.toMatchObject({
      member,
    });
    await expect(enrolled(phone('13800000001'), email('Ann@Example.com'))).resolves.toBe(member);
    await expect(enrolled(email('ann@example.COM'))).resolves.toBe(member);
    await expect(fixture.types()).resolves.toEqual(['MemberEnrolled']);
  });

  it('of one identifier by 20 callers at once makes one member', async () => {
    const twin = fixture.twin();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        fixture.enrol([phone('13800000001'), email('a@b.c')], n % 2 ? twin : undefined),
      ),
    );
    expect(new Set(answers.map((one) => (one.kind === 'enrolled' ? one.member : one.kind))).size).toBe(1);
    await expect(count('vault_member')).resolves.toBe(1);
    await expect(count('vault_identifier')).resolves.toBe(2);
    await expect(fixture.types()).resolves.toEqual(['MemberEnrolled']);
  });

  it('of the same identifiers in opposite orders makes one member each time', async () => {
    for (let round = 0; round < 10; round++) {
      const both = [phone(`138${round}`), email(`${round}@b.c`)];
      const answers = await Promise.all(
        [both, [...both].reverse(), both, [...both].reverse()].map((one) => fixture.enrol(one)),
      );
      expect(new Set(answers.map((one) => (one.kind === 'enrolled' ? one.member : one.kind))).size).toBe(1);
    }
  });

  it('goes on where a crash came between the vault and the stream', async () => {
    const match = await fixture.parts.vault.matchOrCreate(TENANT, [phone('13800000001')], new Date(0));
    if (match.kind !== 'member') throw new Error(match.kind);
    await expect(fixture.enrol([phone('13800000001')])).resolves.toMatchObject({ member: match.member });
    await expect(fixture.types()).resolves.toEqual(['MemberEnrolled']);
  });

  it('takes no identifier that is not verified for a name of somebody', async () => {
    const ann = await enrolled(phone('13800000001', false));
    const bob = await enrolled(phone('13800000001', false));
    expect(bob).not.toBe(ann);
    const owner = await enrolled(phone('13800000001'));
    expect([ann, bob]).not.toContain(owner);
  });

  it('verifies an identifier that a member had unverified', async () => {
    const ann = await enrolled(email('ann@b.c'), phone('13800000001', false));
    await expect(enrolled(email('ann@b.c'), phone('13800000001'))).resolves.toBe(ann);
    await expect(fixture.parts.vault.memberOf(TENANT, 'phone', '13800000001')).resolves.toBe(ann);
    await expect(count('vault_identifier')).resolves.toBe(2);
  });

  it('that names several members goes into quarantine, once, and changes nothing', async () => {
    await enrolled(phone('13800000001'));
    await enrolled(email('bob@b.c'));
    const request = [phone('13800000001'), email('bob@b.c'), { type: 'card', value: '777', verified: true }];
    const first = await fixture.enrol(request);
    expect(first).toMatchObject({ kind: 'ambiguous' });
    await expect(fixture.enrol([...request].reverse())).resolves.toEqual(first);
    await expect(count('vault_quarantine')).resolves.toBe(1);
    await expect(count('vault_identifier')).resolves.toBe(2);
    await expect(fixture.types()).resolves.toEqual(['MemberEnrolled', 'MemberEnrolled']);
  });
});

describe('a card', () => {
  it('has a token that its command does not tell, the same from any process, and is announced once', async () => {
    const member = await enrolled(phone('13800000001'));
    const metadata = { actor: 'user:test', commandId: '11111111-1111-4111-8111-111111111111' };
    const issue = (parts = fixture.parts) =>
      parts.enrolment.issueCard(TENANT, member, '2026-11-24T12:00:00.000Z', metadata);
    const { cardToken } = await issue();
    expect(cardToken).not.toBe(metadata.commandId);
    await expect(issue(fixture.twin())).resolves.toMatchObject({ cardToken });
    await expect(fixture.announced('membership.card-issued.v1')).resolves.toEqual([
      expect.objectContaining({ member, cardToken }),
    ]);
  });
});

describe('what membership keeps and says', () => {
  const CANARIES = ['13812345678', 'ann.canary@example.com', 'CARD-CANARY-0001'];

  it('holds nothing personal in clear: no event, no row of any table', async () => {
    const [number = '', mail = '', card = ''] = CANARIES;
    await enrolled(phone(number), email(mail), { type: 'card', value: card, verified: true });
    await enrolled(phone(`${number}9`), email(mail.replace('ann', 'bob')));
    await fixture.enrol([phone(number), phone(`${number}9`), email(mail)]);
    const { rows: tables } = await fixture.pool.query<{ name: string }>(
      "select quote_ident(table_name) as name from information_schema.tables where table_schema = 'membership'",
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await fixture.pool.query<{ text: string }>(`select t::text as text from ${name} t`);
      texts.push(...rows.map(({ text }) => text));
    }
    expect(texts.length).toBeGreaterThan(8);
    for (const event of await fixture.events()) {
      texts.push(Buffer.from(event.data).toString('latin1'), Buffer.from(event.metadata).toString('latin1'));
    }
    const written = texts.join('\n').toLowerCase();
    for (const canary of CANARIES) {
      for (const form of [canary, Buffer.from(canary).toString('hex'), Buffer.from(canary).toString('base64')]) {
        expect([form, written.includes(form.toLowerCase())]).toEqual([form, false]);
      }
    }
  });

  it('cannot be read once the key of the member is gone', async () => {
    const member = await enrolled(phone('13800000001'));
    await fixture.pool.query('delete from vault_member where member = $1', [member]);
    await expect(fixture.parts.vault.list(TENANT, 'phone', '0', 10)).resolves.toEqual([]);
    await expect(fixture.parts.vault.memberOf(TENANT, 'phone', '13800000001')).resolves.toBeUndefined();
  });

  it('meets its contracts', async () => {
    const member = await enrolled(phone('13800000001'));
    const metadata = { actor: 'user:test', commandId: '11111111-1111-4111-8111-111111111111' };
    await fixture.parts.enrolment.issueCard(TENANT, member, '2026-11-24T12:00:00.000Z', metadata);
    await fixture.prepare();
    await fixture.declare();
    await fixture.hear(grown(member, 1, 6000, '2026-03-01T00:00:00.000Z'));
    const topics = {
      'membership.member-enrolled.v1': membership.MemberEnrolled,
      'membership.card-issued.v1': membership.CardIssued,
      'membership.tier-changed.v1': membership.TierChanged,
      'membership.tier-policy-declared.v1': membership.TierPolicyDeclared,
    };
    for (const [topic, contract] of Object.entries(topics)) {
      const said = await fixture.announced<object>(topic);
      expect([topic, said.length]).toEqual([topic, 1]);
      for (const message of said) expect(validatorOf<object>(contract)(message)).toMatchObject({ ok: true });
    }
  });
});

import { assert, property, string, uuid } from 'fast-check';
import { v5 } from 'uuid';
import { accountId, commandId, eventId, keyedCommandId, uuidV5 } from './ids';

const NAMESPACE = v5('tallystick', v5.DNS);

describe('uuidV5', () => {
  it('agrees with another implementation on any name', () => {
    assert(
      property(string({ unit: 'binary' }), uuid(), (name, namespace) => {
        expect(uuidV5(name, namespace)).toBe(v5(name, namespace));
      }),
    );
  });
});

describe('ids', () => {
  it('can be computed by anyone from the namespace UUIDv5(DNS, "tallystick")', () => {
    expect(commandId('demo', 'till', 'purchase', 'P-1')).toBe(v5('command/demo/till/purchase/P-1', NAMESPACE));
    expect(keyedCommandId('demo', 'clerk', 'k1')).toBe(v5('key/demo/clerk/k1', NAMESPACE));
    expect(accountId('demo', 'main', 'member:M-1')).toBe(v5('account/demo/main/member:M-1', NAMESPACE));
  });

  it('of events follow from the command and their index', () => {
    const command = commandId('demo', 'till', 'purchase', 'P-1');
    expect([eventId(command, 0), eventId(command, 1)]).toEqual([v5('0', command), v5('1', command)]);
  });
});

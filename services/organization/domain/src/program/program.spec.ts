import { scenario } from '@tallystick/decider';
import { programDecider, type ProgramSettings } from './program.decider';

const settings: ProgramSettings = {
  name: 'Main',
  zone: 'Asia/Shanghai',
  currency: 'CNY',
  acceptPurchasesFromDays: '400',
  referenceWaitSeconds: '300',
};
const declared = { type: 'ProgramDeclared', version: 1, data: settings } as const;
const program = scenario(programDecider);

describe('declare program', () => {
  it('declares the settings', () => {
    program.given().when({ kind: 'declare-program', settings }).then(declared);
  });

  it('says nothing new for the settings that already stand', () => {
    program.given(declared).when({ kind: 'declare-program', settings }).thenNothing();
  });

  it('declares anew when a setting is dropped', () => {
    const { acceptPurchasesFromDays: _dropped, ...rest } = settings;
    program
      .given(declared)
      .when({ kind: 'declare-program', settings: rest })
      .then({ ...declared, data: rest });
  });

  it('refuses another currency', () => {
    program
      .given(declared)
      .when({ kind: 'declare-program', settings: { ...settings, currency: 'EUR' } })
      .thenRefused('program-currency-conflict', { currency: 'EUR', known: 'CNY' });
  });
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@tallystick/testing';
import { BootedSuite } from './booted-suite';

jest.setTimeout(120_000);

interface Status {
  readonly services: readonly { readonly service: string; readonly sealing?: { size: number; witnesses?: object } }[];
}

describe('a suite with a witness of its own', () => {
  it('has the checkpoints of every log cosigned, and shows so in its status', async () => {
    const booted = await BootedSuite.start([{ id: 'base', asset: 'POINTS', kind: 'base', rate: '1/100' }], undefined, {
      witness: true,
    });
    try {
      const { suite, folder } = booted;
      const sealed = async () => {
        const headers = { authorization: `Bearer ${await suite.token()}` };
        const { services } = (await (await fetch(`${suite.address}/v1/status`, { headers })).json()) as Status;
        return services.filter(({ sealing }) => sealing && sealing.size > 0);
      };
      const cosigned = { witnesses: 1, cosigned: 1, forks: [] };
      await until('every sealed log is cosigned', async () => {
        const all = await sealed();
        const open = all.filter(({ sealing }) => JSON.stringify(sealing?.witnesses) !== JSON.stringify(cosigned));
        return all.some(({ service }) => service === 'organization') && open.length === 0;
      });
      expect(existsSync(join(folder, 'witness', 'witness-key.txt'))).toBe(true);
    } finally {
      await booted.stop();
    }
  });
});

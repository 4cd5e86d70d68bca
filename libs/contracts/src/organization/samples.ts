import { type Sample, sample } from '../declaration/sample';
import { DayEnded, MinuteEnded, NodeDeclared, ProgramDeclared } from './organization.v1';

export const organizationSamples: readonly Sample[] = [
  sample(NodeDeclared, 'minimal', {
    node: 'lakeside',
    kind: 'group',
    name: 'Lakeside Retail',
    validFrom: '2025-01-01T00:00:00.000Z',
    revision: 0,
    open: true,
  }),
  sample(NodeDeclared, 'full', {
    node: 'hz-001',
    kind: 'store',
    name: '杭州湖滨店',
    parent: 'supermarkets',
    unit: 'supermarkets',
    validFrom: '2025-03-01T00:00:00.000Z',
    revision: 4,
    format: 'supermarket',
    legalEntity: 'Lakeside Supermarkets Ltd',
    ownership: 'own',
    zone: 'Asia/Shanghai',
    open: true,
  }),
  sample(ProgramDeclared, 'minimal', {
    program: 'main',
    revision: 0,
    name: 'Lakeside Club',
    zone: 'Asia/Shanghai',
    currency: 'CNY',
    referenceWaitSeconds: 300,
  }),
  sample(ProgramDeclared, 'full', {
    program: 'main',
    revision: 1,
    name: 'Lakeside Club',
    zone: 'Asia/Shanghai',
    currency: 'CNY',
    acceptPurchasesFromDays: 400,
    referenceWaitSeconds: 300,
  }),
  sample(DayEnded, 'full', {
    program: 'main',
    zone: 'Asia/Shanghai',
    date: '2026-11-22',
    at: '2026-11-22T16:00:00.000Z',
  }),
  sample(MinuteEnded, 'full', { at: '2026-11-22T06:06:00.000Z' }),
];

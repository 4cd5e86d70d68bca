import { type Sample, sample } from '../declaration/sample';
import { CheckpointSigned } from './checkpoint-signed.v1';

export const auditSamples: readonly Sample[] = [
  sample(CheckpointSigned, 'full', {
    origin: 'points.example/ledger',
    size: 1,
    position: '00000000000000000001',
    note: 'points.example/ledger\n1\n56jwUiJBXF43Bio4zA7uE9vemXMuYdgeCoBJi5HV9zs=\n\n— points.example/ledger MZ+gG7jjkhBfB0cDmGGpUI0PkOAnRz5GqNxvKlBMTs8G5lZ7GmzEPJbEvKS4y6ZyQ1mRkzIyZpX3Y1oWJ2C1nB5c7gE=\n',
    sealedAt: '2025-03-01T09:30:00.000Z',
  }),
];

export * from './campaigns/purchase-qualified.v1';
export * as campaigns from './campaigns/purchase-recorded.v1';
export * from './decorators';
export * as ledger from './ledger/account-movements.v1';
export * as membership from './membership/member.v1';
export * as organization from './organization/organization.v1';
export * from './publishers/purchase-paid.v1';
export * from './publishers/return-made.v1';

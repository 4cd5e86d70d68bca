import type { Sentence } from '@tallystick/http';
import type { GrantedBy, NodeKind, PointsWithdrawn } from '@tallystick/ledger-domain';

/** Grants and withdrawals read by what they are for; a lot without a date and others otherwise than their kind. */
export type SentenceName =
  | Exclude<NodeKind, 'grant' | 'withdrawal'>
  | `grant-${GrantedBy}`
  | `withdrawal-${PointsWithdrawn['data']['by']}`
  | 'lease'
  | 'pool-hold'
  | 'lot-without-end'
  | 'return-of-expired'
  | 'exchange-into-nothing'
  | 'balance';

/**
 * Every sentence of an explanation, for people who never saw an event (capabilities 5-4). `{amount}` is what the node, or the
 * flow into it, counts; `{at}` is when it counts from.
 */
export const SENTENCES: Readonly<Record<SentenceName, Sentence>> = {
  balance: { en: 'Balance: {amount} {asset} free to use', zh: '余额:可用 {amount} {asset}' },
  receipt: {
    en: 'Purchase {source}/{id} at store {store}, {at}: {amount} {asset}; receipt {receipt}',
    zh: '消费 {source}/{id},门店 {store},{at}:{amount} {asset};计算凭据 {receipt}',
  },
  line: { en: 'line {line} by rule {rule}: {amount}', zh: '第 {line} 行,规则 {rule}:{amount}' },
  whole: { en: 'the purchase as a whole: {amount}', zh: '整笔消费:{amount}' },
  kept: {
    en: 'no longer granted, but used already: {amount}',
    zh: '已不再发放,但此前已被使用:{amount}',
  },
  credit: {
    en: 'Adjustment {name} of unit {unit} ({reason}), {at}: {amount} {asset}',
    zh: '业务单元 {unit} 的调整 {name}({reason}),{at}:{amount} {asset}',
  },
  'transfer-in': {
    en: 'Transfer {name} from account {account}, {at}: {amount} {asset}',
    zh: '来自账户 {account} 的转赠 {name},{at}:{amount} {asset}',
  },
  import: { en: 'Import {name}, {at}: {amount} {asset}', zh: '导入 {name},{at}:{amount} {asset}' },
  'exchange-in': {
    en: 'Exchange {name} of lot {lot} ({fromAsset}), {at}: {amount} {asset}',
    zh: '由批次 {lot}({fromAsset})兑换 {name},{at}:{amount} {asset}',
  },
  'grant-bought': {
    en: 'Bought as {name} from unit {unit}, {at}: {amount} {asset}',
    zh: '{at} 向业务单元 {unit} 购买 {name}:{amount} {asset}',
  },
  'grant-gift': {
    en: 'Gift {name} of unit {unit}, {at}: {amount} {asset}',
    zh: '业务单元 {unit} 的赠送 {name},{at}:{amount} {asset}',
  },
  'grant-top-up': {
    en: 'Top-up {name} at unit {unit}, {at}: {amount} {asset}',
    zh: '在业务单元 {unit} 充值 {name},{at}:{amount} {asset}',
  },
  'grant-loan': {
    en: 'Loan {name} of unit {unit}, {at}: {amount} {asset}',
    zh: '业务单元 {unit} 的借出 {name},{at}:{amount} {asset}',
  },
  'grant-credit': {
    en: 'Credit limit {name} of unit {unit}, {at}: {amount} {asset}',
    zh: '业务单元 {unit} 的信用额度 {name},{at}:{amount} {asset}',
  },
  'grant-repayment': {
    en: 'Credit repaid by {name} at unit {unit}, {at}, and free again: {amount} {asset}',
    zh: '{at} 在业务单元 {unit} 以 {name} 还款后恢复的信用额度:{amount} {asset}',
  },
  'merge-in': {
    en: 'Came with account {account} by merge {name}, {at}: {amount} {asset}',
    zh: '{at} 经合并 {name} 随账户 {account} 转入:{amount} {asset}',
  },
  'paid-in': {
    en: 'Part of lot {lot} that paid for a return, its own since merge {name} was undone, {at}: {amount} {asset}',
    zh: '{at} 撤销合并 {name} 前,从批次 {lot} 划出用于退货冲回:{amount} {asset}',
  },
  unnamed: { en: 'Another decision, {at}: {amount} {asset}', zh: '其他决定,{at}:{amount} {asset}' },
  further: {
    en: '{count} more, not shown one by one: {amount} {asset}',
    zh: '其余 {count} 项,未逐一列出:{amount} {asset}',
  },
  lot: {
    en: 'Lot {lot}, owed by {issuer}, ends {until}: {amount} {asset}',
    zh: '批次 {lot},发行方 {issuer},{until} 到期:{amount} {asset}',
  },
  'lot-without-end': {
    en: 'Lot {lot}, owed by {issuer}, without end: {amount} {asset}',
    zh: '批次 {lot},发行方 {issuer},永久有效:{amount} {asset}',
  },
  score: { en: 'Earned in all: {amount} {asset}', zh: '累计获得:{amount} {asset}' },
  pending: { en: 'not yet in effect: {amount}', zh: '待生效:{amount}' },
  available: { en: 'free to use: {amount}', zh: '可用:{amount}' },
  hold: {
    en: 'hold {name} of unit {unit}, {at}, drew {drawn} and has {amount} of it',
    zh: '业务单元 {unit} 的预留 {name},{at},动用 {drawn},现有其中 {amount}',
  },
  lease: {
    en: 'lease {name} of till {till}, unit {unit}, {at}, drew {drawn} and has {amount} of it',
    zh: '收银机 {till}(业务单元 {unit})的离线额度 {name},{at},动用 {drawn},现有其中 {amount}',
  },
  'pool-hold': {
    en: 'hold {name} of unit {unit} for member {member} of the pool, {at}, drew {drawn} and has {amount} of it',
    zh: '积分池成员 {member} 在业务单元 {unit} 的预留 {name},{at},动用 {drawn},现有其中 {amount}',
  },
  held: { en: 'reserved until {until}: {amount}', zh: '预留至 {until}:{amount}' },
  redeemed: { en: 'redeemed at unit {unit}: {amount}', zh: '已在业务单元 {unit} 兑换:{amount}' },
  cancelled: { en: 'given back: the redemption was cancelled', zh: '已退回:兑换已取消' },
  released: { en: 'given back: the hold was released', zh: '已退回:预留已释放' },
  lapsed: { en: 'given back: the time of the hold was over', zh: '已退回:预留已失效' },
  expired: { en: 'expired {at}: {amount}', zh: '{at} 过期:{amount}' },
  due: { en: 'expired {at}, not booked yet: {amount}', zh: '{at} 过期,尚未入账:{amount}' },
  forfeited: { en: 'forfeited when the account was closed, {at}: {amount}', zh: '{at} 销户时作废:{amount}' },
  return: {
    en: 'taken back by return {source}/{id} at store {store}, {at}: {amount}; receipt {receipt}',
    zh: '退货 {source}/{id} 冲回,门店 {store},{at}:{amount};计算凭据 {receipt}',
  },
  'return-of-expired': {
    en: 'taken back by return {source}/{id} at store {store}, {at}: {amount}, of them {fromBreakage} that had expired; receipt {receipt}',
    zh: '退货 {source}/{id} 冲回,门店 {store},{at}:{amount},其中 {fromBreakage} 此前已过期;计算凭据 {receipt}',
  },
  debit: {
    en: 'taken by adjustment {name} of unit {unit} ({reason}), {at}: {amount}',
    zh: '业务单元 {unit} 的调整 {name} 扣回({reason}),{at}:{amount}',
  },
  'transfer-out': {
    en: 'sent by transfer {name} to account {account}, {at}: {amount}; there it is lot {lot}',
    zh: '{at} 转赠 {name} 至账户 {account}:{amount};在该账户为批次 {lot}',
  },
  'exchange-out': {
    en: 'exchanged by {name}, {at}: {amount}; it became lot {lot}',
    zh: '{at} 兑换 {name}:{amount};成为批次 {lot}',
  },
  'exchange-into-nothing': {
    en: 'exchanged by {name}, {at}: {amount}; rounded down to nothing',
    zh: '{at} 兑换 {name}:{amount};舍入后为零',
  },
  'withdrawal-refund': {
    en: 'refunded in cash by {name} at unit {unit}, {at}: {amount}',
    zh: '{at} 在业务单元 {unit} 现金退还 {name}:{amount}',
  },
  'withdrawal-limit': {
    en: 'the credit limit was lowered by {name} at unit {unit}, {at}: {amount}',
    zh: '{at} 业务单元 {unit} 以 {name} 调低信用额度:{amount}',
  },
  'withdrawal-loan-repayment': {
    en: 'repaid a loan of unit {unit}, {at}: {amount}',
    zh: '{at} 用于偿还业务单元 {unit} 的借出:{amount}',
  },
  fallen: {
    en: 'given on top of what refund {name} paid back, and fallen with it, {at}: {amount}',
    zh: '{at} 退还 {name} 时,随之作废的赠送部分:{amount}',
  },
  'paid-out': {
    en: 'paid for a return of the other account before merge {name} was undone, {at}: {amount}; it became lot {lot}',
    zh: '{at} 撤销合并 {name} 前,用于另一账户的退货冲回:{amount};成为批次 {lot}',
  },
  'expired-before': {
    en: 'expired before it came here from account {account}, {at}: {amount}',
    zh: '{at} 从账户 {account} 转入之前已过期:{amount}',
  },
  'left-before': {
    en: 'left before it came here from account {account}, {at}: {amount}',
    zh: '{at} 从账户 {account} 转入之前已转出:{amount}',
  },
  elsewhere: { en: 'reserved, spent or gone otherwise: {amount}', zh: '以其他方式预留、使用或失效:{amount}' },
};

// What to do about a refusal, in both languages: by its family, and by its code where that says more.

const advice = (en, zh) => ({ en, zh });

/** Keyed by HTTP status, which every row has, whatever table it comes from. */
export const BY_STATUS = {
  400: advice(
    'Correct the bytes that are sent: syntax, headers or cursor. The same bytes are refused again.',
    '请修正所发送的内容(语法、请求头或游标)。原样重发仍会被拒绝。',
  ),
  401: advice(
    'Get a fresh access token for this service from the configured issuer and send the request again.',
    '请向所配置的签发方获取本服务的新访问令牌,然后重新发送请求。',
  ),
  403: advice(
    'Ask whoever administers access for the permission that the API page names for this route.',
    '请向权限管理员申请 API 页面上该接口所列的权限。',
  ),
  404: advice(
    'Check the address and the ids in it. What lies outside of the scope of the credential is answered alike.',
    '请检查地址及其中的标识。超出凭证范围的对象也会得到同样的回答。',
  ),
  405: advice('Use a method that the header Allow names.', '请使用 Allow 响应头中列出的方法。'),
  409: advice(
    'Read the present state and decide anew: as it is, it does not allow this.',
    '请读取当前状态后重新决定:当前状态不允许此操作。',
  ),
  410: advice('It has ended for good. Begin a new one.', '该对象已永久结束,请重新发起。'),
  412: advice(
    'Read the resource again and repeat the change on what it is now.',
    '请重新读取资源,并基于最新内容重做修改。',
  ),
  413: advice('Send less at once: 256 KB are the limit of a message.', '请减小单次发送的内容:单条消息上限为 256 KB。'),
  415: advice(
    'Send JSON in UTF-8 with content-type: application/json.',
    '请以 UTF-8 编码的 JSON 发送,content-type 为 application/json。',
  ),
  422: advice(
    'Correct the field that the pointer names, and send the message anew.',
    '请修正 pointer 所指的字段,然后重新发送。',
  ),
  429: advice('Wait as long as Retry-After says.', '请按 Retry-After 所示时间等待。'),
  431: advice('Send fewer or shorter headers.', '请减少或缩短请求头。'),
  500: advice(
    'Tell operations the trace id: the log has the reason. A retry with the same key has at most one effect.',
    '请将 traceId 告知运维,原因见日志。以相同幂等键重试最多生效一次。',
  ),
  502: advice('Try again later; the partner answered wrongly.', '合作方响应有误,请稍后重试。'),
  503: advice('Try again after Retry-After with the same idempotency key.', '请在 Retry-After 之后以相同幂等键重试。'),
};

export const BY_CODE = {
  'event-too-large': advice(
    'Send less at once: fewer lines of a message, or a smaller amount several times where an amount is drawn from thousands of lots.',
    '请减小单次内容:减少消息行数;若金额来自数千个批次,请分多次以较小金额提交。',
  ),
  'amount-invalid': advice(
    'Write amounts as decimal text of minor units: `"1990"`, no sign where none may be, no leading zero, no blanks.',
    '金额须为最小货币单位的十进制文本,如 `"1990"`;不允许处无符号,无前导零,无空格。',
  ),
  'amount-scale': advice(
    'Amounts are minor units without a decimal point; quantities have at most 3 decimals, unit prices 6.',
    '金额为最小货币单位,不含小数点;数量最多 3 位小数,单价最多 6 位。',
  ),
  'amount-out-of-range': advice(
    'One amount may be 9,000,000,000,000,000 at most, and a balance must fit into 64 bits. Nothing was booked.',
    '单个数值不得超过 9,000,000,000,000,000,余额须在 64 位范围内。未入账任何内容。',
  ),
  'limit-exceeded': advice(
    'The sum is per maker and day of the program: go on tomorrow, or let another person make the adjustment. Smaller ones do not help.',
    '额度按提交人及计划自然日累计:请次日再办,或由他人提交;拆分为小额无济于事。',
  ),
  'self-approval': advice(
    'Another person who holds `adjustments:approve` approves the request or turns it down.',
    '请由另一位拥有 `adjustments:approve` 权限的人员审批。',
  ),
  'self-dealing': advice(
    'Another person makes, or approves, what is done for this account by hand.',
    '该账户的手工调整与优惠须由其他人员办理或审批。',
  ),
  'total-mismatch': advice(
    'Let lines sum to the total and tenders sum to the total, in minor units.',
    '商品行之和与支付方式之和都须等于总额(最小货币单位)。',
  ),
  'key-mismatch': advice(
    'Publish under the member id, else the card token, else the purchase id of the message.',
    '发布时的键依次取:会员标识、会员卡令牌、消费标识。',
  ),
  unauthentic: advice(
    'Sign topic, key and value with the Ed25519 key that the topic’s binding has for the unit; send `kid`, `unit`, `sig`.',
    '请用该主题绑定中该业态的 Ed25519 密钥对主题、键和内容签名,并发送 `kid`、`unit`、`sig`。',
  ),
  'scope-mismatch': advice(
    'Publish for stores of the unit that the credential or the topic’s binding stands for. Each such record is worth an alarm.',
    '只能为凭证或主题绑定所属业态的门店发布。此类记录应触发告警。',
  ),
  'unknown-store': advice(
    'Declare the store in organization, valid from before the purchase; then redrive the dead letter.',
    '请先在组织中登记该门店(生效时间早于消费),再重新投递死信。',
  ),
  'unknown-card': advice(
    'Let membership issue the card; then redrive the dead letter.',
    '请先由会员服务发卡,再重新投递死信。',
  ),
  'unknown-asset': advice(
    'Declare the asset with `PUT /v1/assets`; then redrive the dead letter.',
    '请先用 `PUT /v1/assets` 登记该资产,再重新投递死信。',
  ),
  'unknown-program': advice(
    'Declare the program with `PUT /v1/program`; then redrive the dead letter.',
    '请先用 `PUT /v1/program` 登记该计划,再重新投递死信。',
  ),
  'purchase-conflict': advice(
    'The id was used for other content. A correction is a return, not a second purchase under the same id.',
    '该标识已用于其他内容。更正应以退货表示,不能用相同标识再次提交。',
  ),
  'return-conflict': advice(
    'The id was used for another return: give each return an id of its own.',
    '该标识已用于另一笔退货:每笔退货须有自己的标识。',
  ),
  'over-refund': advice(
    'Return at most what was bought and not returned yet, by line and quantity.',
    '按行和数量,退货不得超过已购且未退的部分。',
  ),
  'too-old': advice(
    'The program accepts facts of so many days only (`acceptPurchasesFrom`). Its administrator can change that.',
    '该计划只接受若干天内的事实(`acceptPurchasesFrom`),管理员可以调整。',
  ),
  'timestamp-invalid': advice(
    'Write RFC 3339 with an offset (`2026-11-22T14:05:09+08:00`), at most one day ahead.',
    '请使用带时区的 RFC 3339 时间(`2026-11-22T14:05:09+08:00`),最多超前一天。',
  ),
  'id-invalid': advice(
    'Ids are `[A-Za-z0-9._:-]{1,64}`; sources and tenants `[a-z0-9][a-z0-9-]{0,23}`. Each once in its list.',
    '标识须符合 `[A-Za-z0-9._:-]{1,64}`;来源与租户须符合 `[a-z0-9][a-z0-9-]{0,23}`;列表内不得重复。',
  ),
  'idempotency-key-missing': advice(
    'Send the header Idempotency-Key with every request that changes something: 1 to 128 of `[A-Za-z0-9._:-]`.',
    '每个会产生变更的请求都须带 Idempotency-Key 请求头:1 至 128 个 `[A-Za-z0-9._:-]` 字符。',
  ),
  'idempotency-key-reused': advice(
    'Take a new key for a new request; repeat a key only with the very same body.',
    '新请求请使用新键;相同的键只能配相同的请求体。',
  ),
  'idempotency-in-progress': advice(
    'The first request with this key has not ended: repeat it after Retry-After.',
    '使用该键的首个请求尚未结束:请在 Retry-After 之后重试。',
  ),
  'projection-behind': advice(
    'The position asked for is not shown yet: repeat the read after Retry-After.',
    '所请求的位置尚未可见:请在 Retry-After 之后重新读取。',
  ),
  'cursor-invalid': advice(
    'Begin the list anew: a cursor holds for the same list, filters and credential only.',
    '请从头开始读取:游标仅对同一列表、筛选条件和凭证有效。',
  ),
  'unknown-schema': advice(
    'Send a type and version that docs/events lists for this topic.',
    '请发送 docs/events 中该主题所列的类型和版本。',
  ),
  'behind-waiting': advice(
    'Mend what the earlier record of the key waits for; then redrive both, the earlier one first.',
    '请先解决同一键较早记录所等待的问题,然后按先后顺序重新投递。',
  ),
  defect: advice(
    'The log names the fault. After the release that mends it, redrive the dead letter: it is taken once.',
    '日志中有错误原因。修复版本上线后重新投递死信,只会生效一次。',
  ),
};

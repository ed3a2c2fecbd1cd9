/** The workflows, by the names that Temporal knows them by: the entry of the bundle. */
export { callBatch } from './call-batch.ts';
export { callBatchPage } from './call-batch-page.ts';
export { contactPolicy } from './contact-policy.ts';
export { outboundCall } from './outbound-call.ts';
export { suppressionImport, suppressionList } from './suppression-list.ts';
export { trunkLines } from './trunk-lines.ts';
export { webhookDelivery } from './webhook-delivery.ts';

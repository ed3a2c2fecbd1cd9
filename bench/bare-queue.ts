/** Where bare workflows and their activities wait. */
export const BARE_QUEUE = 'bare';

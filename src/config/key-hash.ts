import { createHash } from 'node:crypto';

/**
 * How API keys are kept and compared: SHA-256, in lower-case hexadecimal digits. Plain, without salt, since a key is
 * random and not a password; and looking up a hash tells nobody's clock how much of a key was right.
 */
export const hashKey = (key: string): string => createHash('sha256').update(key, 'utf8').digest('hex');

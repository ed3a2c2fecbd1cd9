/**
 * A path as answers and logs may have it: one of the do-not-call list names a phone number, one of an attempt's events bears
 * its token.
 */
export const shownPath = (path: string): string =>
  path
    .replace(/(\/suppressions\/)(?!imports?(?:\/|$)).+/i, '$1•••')
    .replace(/(\/dialer-events\/)(?!livekit$).+/i, '$1•••');

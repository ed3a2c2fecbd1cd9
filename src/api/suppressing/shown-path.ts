/** A path as answers and logs may have it: one of the do-not-call list names a phone number. */
export const shownPath = (path: string): string => path.replace(/(\/suppressions\/)(?!imports?(?:\/|$)).+/i, '$1•••');

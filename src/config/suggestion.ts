import leven from 'leven';

/**
 * The name among `known` that was probably meant by `name`; null when none is near. Near is a third of its letters, and
 * always two: `lnes` is `lines`, but `webhooks` is nothing of a trunk's.
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  const limit = Math.max(2, Math.floor(name.length / 3));
  let nearest: { name: string; distance: number } | null = null;
  for (const candidate of known) {
    const distance = leven(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && distance < (nearest?.distance ?? Infinity)) nearest = { name: candidate, distance };
  }
  return nearest?.name ?? null;
}

/** The end of a sentence: ``, did you mean `lines`?``; empty when no known name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const meant = nearestName(name, known);
  return meant === null ? '' : `, did you mean \`${meant}\`?`;
}

/** The way to a value in `outdial.yaml`. */
export type Path = readonly (string | number)[];

/** Something that is wrong at a path, in words that go after it. */
export interface Mistake {
  readonly path: Path;
  readonly message: string;
}

/** `agents[0].schedule.monday[1].start`; a key that would be misread stands in quotes: `additionalData["a.b"]`. */
export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[\w-]+$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

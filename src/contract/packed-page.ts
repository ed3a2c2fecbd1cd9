import type { PageCall } from './batch.ts';

/**
 * The calls of one page as `loadPage` takes them: what they have in common is said once. That is more than half of most
 * calls, and what a page weighs is what accepting it costs: it passes through the API, the server, a worker and a history.
 */
export interface PackedPage {
  readonly common: CommonParts;
  /** Each without what is common. */
  readonly calls: readonly PackedCall[];
}

/** Parts of `facts` and `input`. */
export interface CommonParts {
  readonly facts: Partial<PageCall['facts']>;
  readonly input: Partial<PageCall['input']>;
}

export type PackedCall = Omit<PageCall, 'facts' | 'input'> & CommonParts;

/** What calls have in common. Values are compared by `===`: objects are common where they are the same one. */
export const commonParts = (calls: readonly PageCall[]): CommonParts => ({
  facts: commonFields(calls.map(({ facts }) => facts)),
  input: commonFields(calls.map(({ input }) => input)),
});

/** A call without what is common. */
export const packCall = (call: PageCall, common: CommonParts): PackedCall => ({
  ...call,
  facts: without(call.facts, common.facts),
  input: without(call.input, common.input),
});

/** What `loadPage` takes: pages of 0.1.0 were handed their calls as they are. */
export type PageLoad = PackedPage | readonly PageCall[];

/** The calls of a page. */
export function unpackPage(load: PageLoad): readonly PageCall[] {
  if (!('common' in load)) return load;
  const { common, calls } = load;
  return calls.map((call) => ({
    ...call,
    facts: { ...common.facts, ...call.facts } as PageCall['facts'],
    input: { ...common.input, ...call.input } as PageCall['input'],
  }));
}

/** Whether a value is what `loadPage` takes, as far as unpacking it needs. */
export function isPageLoad(value: unknown): value is PageLoad {
  const calls = isObject(value) && hasParts(value.common) ? value.calls : value;
  return Array.isArray(calls) && calls.every((call) => hasParts(call) && 'callId' in call);
}

const hasParts = (value: unknown): value is CommonParts =>
  isObject(value) && isObject(value.facts) && isObject(value.input);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function commonFields<Fields extends object>(all: readonly Fields[]): Partial<Fields> {
  const [first] = all;
  if (first === undefined) return {};
  const names = Object.keys(first) as (keyof Fields)[];
  const common: Partial<Fields> = {};
  for (const name of names) if (all.every((one) => one[name] === first[name])) common[name] = first[name];
  return common;
}

function without<Fields extends object>(all: Fields, common: Partial<Fields>): Partial<Fields> {
  const own: Partial<Fields> = {};
  for (const name of Object.keys(all) as (keyof Fields)[]) if (!(name in common)) own[name] = all[name];
  return own;
}

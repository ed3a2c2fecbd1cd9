import type { SearchAttributeType } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';

interface TypeFacts {
  /** Of the enum `temporal.api.enums.v1.IndexedValueType`. */
  readonly code: number;
  /** As Temporal's CLI and Web UI write it. */
  readonly title: string;
  /** A value of the type in a visibility query. */
  readonly literal: string;
}

const TYPES: Readonly<Record<SearchAttributeType, TypeFacts>> = {
  TEXT: { code: 1, title: 'Text', literal: '"x"' },
  KEYWORD: { code: 2, title: 'Keyword', literal: '"x"' },
  INT: { code: 3, title: 'Int', literal: '1' },
  DOUBLE: { code: 4, title: 'Double', literal: '1.5' },
  BOOL: { code: 5, title: 'Bool', literal: 'true' },
  DATETIME: { code: 6, title: 'Datetime', literal: '"2000-01-01T00:00:00Z"' },
  KEYWORD_LIST: { code: 7, title: 'KeywordList', literal: '"x"' },
};

/** A search attribute of Outdial with what the server calls its type. */
export interface WantedAttribute extends TypeFacts {
  readonly name: string;
}

/** All search attributes of Outdial. */
export const WANTED_ATTRIBUTES: readonly WantedAttribute[] = SEARCH_ATTRIBUTES.map(({ name, type }) => ({
  name,
  ...TYPES[type],
}));

/** `Keyword` for 2. */
export function typeTitle(code: number): string {
  return Object.values(TYPES).find((type) => type.code === code)?.title ?? `type ${code}`;
}

/** `OrgId (Keyword), Priority (Int)` */
export function listAttributes(attributes: readonly WantedAttribute[]): string {
  return attributes.map(({ name, title }) => `${name} (${title})`).join(', ');
}

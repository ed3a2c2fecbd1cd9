import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasValue, mergeVariables, parsePrompt, renderPrompt } from '../../src/domain/prompt.ts';

/** The names of a prompt's variables, each with whether these have a value for it. */
function values(template: string, variables: Record<string, unknown>): Record<string, boolean> {
  const parsed = parsePrompt(template);
  if (!parsed.ok) throw new Error(parsed.message);
  return Object.fromEntries(parsed.prompt.variables.map((one) => [one.name, hasValue(one, variables)]));
}

describe('a prompt', () => {
  test('has its variables filled in, those within others by their path', () => {
    const variables = { name: 'Ada', customer: { firstName: 'Grace', address: { city: 'Rome' } } };
    expect(renderPrompt('Hello {{name}}, {{ customer.firstName }} of {{customer.address.city}}!', variables)).toBe(
      'Hello Ada, Grace of Rome!',
    );
  });

  test('has texts as they are, numbers and truths in words, and everything else as JSON', () => {
    const variables = {
      text: ' a\n',
      number: 1.5,
      zero: 0,
      no: false,
      list: [1, 'b', null],
      object: { a: { b: 'c' } },
    };
    expect(renderPrompt('{{text}}|{{number}}|{{zero}}|{{no}}|{{list}}|{{object}}', variables)).toBe(
      ' a\n|1.5|0|false|[1,"b",null]|{"a":{"b":"c"}}',
    );
  });

  test('has blanks where there is no value', () => {
    const variables = { nothing: null, text: 'a', list: ['x'] };
    for (const name of ['nothing', 'missing', 'missing.deep', 'nothing.deep', 'text.deep', 'list.1']) {
      expect(renderPrompt(`<{{${name}}}>`, variables)).toBe('<>');
    }
  });

  test('escapes nothing, with two braces, with three and with an ampersand', () => {
    const variables = { html: `<b>"Tom" & 'Jerry'</b>` };
    expect(renderPrompt('{{html}} {{{html}}} {{&html}}', variables)).toBe(Array(3).fill(variables.html).join(' '));
  });

  test('does not reach what every object has, nor what is inherited, nor functions', () => {
    const names = ['constructor', 'toString', '__proto__', 'constructor.name', 'a.constructor', 'hasOwnProperty', 'f'];
    const variables = Object.assign(Object.create({ inherited: 'x' }) as object, { a: {}, f: () => 'called' });
    for (const name of [...names, 'inherited', 'f.name']) {
      expect(renderPrompt(`<{{${name}}}>`, variables as Record<string, unknown>)).toBe('<>');
    }
  });

  test('reaches a variable that is called like something that every object has', () => {
    const variables = JSON.parse('{"constructor": "Ada", "__proto__": {"name": "Grace"}}') as Record<string, unknown>;
    expect(renderPrompt('{{constructor}} {{__proto__.name}}', mergeVariables({}, variables))).toBe('Ada Grace');
  });

  test('that an agent does not have is none', () => expect(renderPrompt(null, { name: 'Ada' })).toBeNull());

  test.each(['{{.}}', '{{a..b}}', '{{.a}}', '{{a.}}', '{{#a}}{{/a}}', '{{!a}}', '{{>a}}', '{{^a}}{{/a}}'])(
    'has no tag %s',
    (template) => {
      expect(parsePrompt(template)).toEqual({
        ok: false,
        message: 'expected a prompt whose only tags are variables such as {{name}}',
      });
    },
  );

  test.each(['{{a', '{{#a}}', '{{/a}}', '{{{a}}'])('has no tag that is open or closed alone: %s', (template) => {
    expect(parsePrompt(template)).toMatchObject({
      ok: false,
      message: expect.stringContaining('all closed') as string,
    });
  });

  test('is parsed once', () => expect(parsePrompt('Once {{a}}')).toBe(parsePrompt('Once {{a}}')));
});

describe('variables', () => {
  test('of the call win over those of its agent, key by key, even where they are blank', () => {
    const agents = { clinic: 'Northside', name: 'you', customer: { firstName: 'Ada', lastName: 'Lovelace' }, kept: 1 };
    const own = { clinic: 'Southside', name: null, customer: { firstName: 'Grace' } };
    expect(mergeVariables(agents, own)).toEqual({ ...agents, ...own });
    expect(renderPrompt('{{clinic}}|{{name}}|{{customer.lastName}}|{{kept}}', mergeVariables(agents, own))).toBe(
      'Southside|||1',
    );
    expect(mergeVariables(agents, null)).toEqual(agents);
  });

  test('have a value where there is something to fill in, a blank text included', () => {
    const variables = { blank: '', zero: 0, no: false, nothing: null, customer: { firstName: 'Ada' } };
    const template = '{{blank}}{{zero}}{{no}}{{nothing}}{{missing}}{{customer.firstName}}{{customer.age}}{{zero}}';
    expect(values(template, variables)).toEqual({
      ...{ blank: true, zero: true, no: true, nothing: false, missing: false },
      ...{ 'customer.firstName': true, 'customer.age': false },
    });
  });
});

describe('whatever it says', () => {
  const json = fc.dictionary(fc.string(), fc.jsonValue());
  const withTags = fc
    .array(fc.oneof(fc.string(), fc.constantFrom('{{', '}}', '{{{', '}}}', '{{name}}', '{{a.b}}', '\n', '&', '#', '/')))
    .map((parts) => parts.join(''));

  test('a prompt is rendered or refused, and never throws', () => {
    fc.assert(
      fc.property(withTags, json, (template, variables) => {
        const parsed = parsePrompt(template);
        if (!parsed.ok) return;
        expect(typeof renderPrompt(template, variables)).toBe('string');
        for (const variable of parsed.prompt.variables) hasValue(variable, variables);
      }),
      { numRuns: 3_000 },
    );
  });

  test('a prompt without tags is what it was', () => {
    const untagged = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('{{'));
    fc.assert(
      fc.property(untagged, json, (text, variables) => {
        expect(renderPrompt(text, variables)).toBe(text);
      }),
    );
  });

  test('a value is filled in letter by letter, and not read again', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      withTags,
      fc.constantFrom('<b>&amp;</b>', '{{other}}', '$&'),
    );
    fc.assert(
      fc.property(value, value, (name, deep) => {
        const variables = { name, customer: { firstName: deep }, other: 'never shown' };
        expect(renderPrompt('a {{name}} b {{customer.firstName}} c', variables)).toBe(`a ${name} b ${deep} c`);
      }),
    );
  });
});

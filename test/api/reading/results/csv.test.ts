import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvLine } from '../../../../src/api/reading/results/csv.ts';

/** A reader of RFC 4180 that knows nothing of the writer: the cells of each line. */
function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  for (let rest = text; rest !== '';) {
    const [all = '', quoted, plain = '', end] =
      /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? expect.fail(`no CSV: ${rest}`);
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') {
      lines.push(cells);
      cells = [];
    }
    rest = rest.slice(all.length);
  }
  expect(cells).toEqual([]);
  return lines;
}

/** Texts in which what matters is frequent. */
const texts = oneof(
  string(),
  array(constantFrom('"', ',', '\r', '\n', '=', '+', '-', '@', '\t', "'", '1', 'a', ' ', '＝')).map((some) =>
    some.join(''),
  ),
);

describe('a line of CSV', () => {
  test('is read as the cells that were written, but for the mark before what looks like a formula', () => {
    assert(
      property(array(array(texts, { minLength: 1 })), (lines) => {
        const read = parseCsv(lines.map(csvLine).join(''));
        expect(read.map((cells) => cells.map((cell) => cell.replace(/^'/, '')))).toEqual(
          lines.map((cells) => cells.map((cell) => cell.replace(/^'/, ''))),
        );
      }),
    );
  });

  test('has no cell that a spreadsheet would run as a formula', () => {
    assert(
      property(array(texts, { minLength: 1 }), (cells) => {
        for (const cell of parseCsv(csvLine(cells))[0] ?? []) {
          if (/^[=@\t\r\n＝＋－＠]/.test(cell)) expect.fail(cell);
          if (/^[+-]/.test(cell)) expect(cell).toMatch(/^(\+\d+|-\d+(\.\d+)?)$/);
        }
      }),
    );
  });

  test.each([
    ['=HYPERLINK("http://evil","x")', `"'=HYPERLINK(""http://evil"",""x"")"`],
    ['+1+cmd|A0', `'+1+cmd|A0`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['-2+3', `'-2+3`],
    ['＝1', `'＝1`],
    ['\t=1', `'\t=1`],
    ['\r=1', `"'\r=1"`],
  ])('marks %j as a text', (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`);
  });

  test('leaves phone numbers and numbers as they are', () => {
    expect(csvLine(['+14155550001', '-5', '-1.5', '12', '2026-11-24T09:00:00.000Z'])).toBe(
      '+14155550001,-5,-1.5,12,2026-11-24T09:00:00.000Z\r\n',
    );
  });
});

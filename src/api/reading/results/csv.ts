/** What a spreadsheet takes for the beginning of a formula; the wide forms too, which some convert. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** A phone number and a negative number begin like a formula, and are none. */
const NUMBER = /^(?:\+\d+|-?\d+(?:\.\d+)?)$/;

/** A cell that a spreadsheet would run as a formula gets a `'` before it: what is in it was sent by anybody. */
const withoutFormula = (text: string): string => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);

/** A line of CSV, its end included. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const safe = withoutFormula(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

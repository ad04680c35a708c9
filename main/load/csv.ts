/**
 * Rows of a CSV text (RFC 4180) as objects named by its first row. Quotes keep delimiters, line breaks and, doubled,
 * quotes; empty lines are left out; a row with fewer fields than names has empty ones.
 */
export function parseCsv(text: string, delimiter = ','): Record<string, string>[] {
  const [names, ...rows] = csvRows(text, delimiter);
  if (!names) return [];
  return rows.map((fields) =>
    Object.fromEntries(names.map((name, index) => [name.trim(), fields[index] ?? ''])),
  );
}

/** The fields of each row, the first row included. */
export function csvRows(text: string, delimiter = ','): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  const endField = () => {
    row.push(field);
    field = '';
  };
  const endRow = () => {
    endField();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (isQuoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else isQuoted = false;
    } else if (char === '"' && field === '') isQuoted = true;
    else if (char === delimiter) endField();
    else if (char === '\n') endRow();
    else if (char !== '\r') field += char;
  }
  if (field !== '' || row.length > 0) endRow();
  return rows;
}

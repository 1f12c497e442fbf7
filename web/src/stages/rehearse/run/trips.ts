/** Trips of crews, from the table that a run gives. */

/** Rows of a CSV text by the names in its first line. */
export function csvRows(text: string): Record<string, string>[] {
  const lines = cells(text.replace(/^\uFEFF/, ''))
  const head = lines.shift() ?? []
  return lines
    .filter((line) => line.length > 1 || line[0])
    .map((line) => Object.fromEntries(head.map((name, n) => [name, line[n] ?? ''])))
}

function cells(text: string): string[][] {
  const lines: string[][] = [[]]
  let cell = ''
  let quoted = false
  for (let n = 0; n < text.length; n++) {
    const sign = text[n]
    if (quoted) {
      if (sign === '"' && text[n + 1] === '"') cell += text[++n]
      else if (sign === '"') quoted = false
      else cell += sign
    } else if (sign === '"') quoted = true
    else if (sign === ',' || sign === '\n') {
      lines.at(-1)?.push(cell)
      cell = ''
      if (sign === '\n') lines.push([])
    } else if (sign !== '\r') cell += sign
  }
  if (cell || lines.at(-1)?.length) lines.at(-1)?.push(cell)
  else lines.pop()
  return lines
}

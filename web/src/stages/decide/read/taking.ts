/** Files made in the browser out of what a page shows. */

function cell(value: unknown): string {
  const said = value === null || value === undefined ? '' : String(value)
  return /[",\n]/.test(said) ? `"${said.replaceAll('"', '""')}"` : said
}

export function csvOf(rows: unknown[][]): string {
  return rows.map((row) => row.map(cell).join(',')).join('\r\n')
}

export function take(name: string, body: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(body)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** A table as a file that spreadsheets open with its Chinese whole. */
export function takeCsv(name: string, rows: unknown[][]): void {
  take(name, new Blob(['\ufeff', csvOf(rows)], { type: 'text/csv;charset=utf-8' }))
}

/** A picture out of its data address; the page's policy forbids to fetch such an address. */
export function takePicture(name: string, url: string): void {
  const bytes = Uint8Array.from(atob(url.split(',')[1] ?? ''), (one) => one.charCodeAt(0))
  take(name, new Blob([bytes], { type: 'image/png' }))
}

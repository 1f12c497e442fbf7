/** Tables made in the browser out of what a page shows. */
import { save } from '@/design/saving'

function cell(value: unknown): string {
  const said = value === null || value === undefined ? '' : String(value)
  return /[",\n]/.test(said) ? `"${said.replaceAll('"', '""')}"` : said
}

export function csvOf(rows: unknown[][]): string {
  return rows.map((row) => row.map(cell).join(',')).join('\r\n')
}

/** A table as a file that spreadsheets open with its Chinese whole. */
export function takeCsv(name: string, rows: unknown[][]): void {
  save(name, new Blob(['\ufeff', csvOf(rows)], { type: 'text/csv;charset=utf-8' }))
}

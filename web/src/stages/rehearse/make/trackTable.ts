/** A track's CSV text read back into points. */
import { csvRows } from '../run/trips'
import type { TrackPoint } from './track'

export function pointsOfCsv(text: string): TrackPoint[] {
  const rows = csvRows(text)
  const first = Date.parse(rows[0]?.time ?? '')
  return rows.map((row) => ({
    hour: (Date.parse(row.time ?? '') - first) / 3_600_000,
    lon: Number(row.lon),
    lat: Number(row.lat),
    pressure_hpa: Number(row.pressure_hpa),
    wind_m_s: Number(row.wind_m_s),
  }))
}

/** The instant of its first row. */
export function beginOf(text: string): string {
  return csvRows(text)[0]?.time || '2026-09-01T00:00:00Z'
}

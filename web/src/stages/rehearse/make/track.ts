/** A storm's track: a line on the map with hours and strength along it, as the table it is read from. */
import type { At } from '@/map/layers'

export interface TrackPoint {
  hour: number
  lon: number
  lat: number
  pressure_hpa: number
  wind_m_s: number
}

export interface Course {
  speed_km_h: number
  pressure_hpa: number
  wind_m_s: number
  /** Pressure and wind at the end, after it has weakened over land. */
  end_pressure_hpa: number
  end_wind_m_s: number
}

const EARTH_KM = 6371.0088

export function kilometres([lon1, lat1]: At, [lon2, lat2]: At): number {
  const rad = Math.PI / 180
  const [a, b] = [lat1 * rad, lat2 * rad]
  const half =
    Math.sin((b - a) / 2) ** 2 +
    Math.cos(a) * Math.cos(b) * Math.sin(((lon2 - lon1) * rad) / 2) ** 2
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(half)))
}

/** Points along a line, passed at one speed; strength changes evenly along the way. */
export function trackOf(line: At[], course: Course): TrackPoint[] {
  const along: number[] = [0]
  line.forEach((at, n) => {
    const before = line[n - 1]
    if (before) along.push((along.at(-1) ?? 0) + kilometres(before, at))
  })
  const whole = along.at(-1) || 1
  return line.map(([lon, lat], n) => {
    const part = (along[n] ?? 0) / whole
    const between = (from: number, to: number) => round(from + (to - from) * part, 1)
    return {
      hour: round((along[n] ?? 0) / course.speed_km_h, 2),
      lon: round(lon, 4),
      lat: round(lat, 4),
      pressure_hpa: between(course.pressure_hpa, course.end_pressure_hpa),
      wind_m_s: between(course.wind_m_s, course.end_wind_m_s),
    }
  })
}

/** The table, times counted from an instant. */
export function trackCsv(points: TrackPoint[], begin: string): string {
  const start = Date.parse(begin)
  const rows = points.map((point) => {
    const time = new Date(start + point.hour * 3_600_000).toISOString().replace('.000Z', 'Z')
    return [time, point.lon, point.lat, point.pressure_hpa, point.wind_m_s].join(',')
  })
  return ['time,lon,lat,pressure_hpa,wind_m_s', ...rows, ''].join('\n')
}

/** Rain of so many millimetres: a rise to the peak at 0.4 of its time and a fall, in equal steps. */
export function rainCsv(mm: number, duration_min: number, step_min = 10): string {
  const steps = Math.max(2, Math.round(duration_min / step_min))
  const peak = 0.4 * steps
  const weights = Array.from({ length: steps }, (_, n) => {
    const middle = n + 0.5
    return middle <= peak ? middle / peak : (steps - middle) / (steps - peak)
  })
  const whole = weights.reduce((sum, each) => sum + each, 0)
  const rows = weights.map((each, n) => `${(n + 1) * step_min},${round((mm * each) / whole, 4)}`)
  return ['time,rain_mm', ...rows, ''].join('\n')
}

/** A straight way through a place from the south-east, as storms come to China's coast. */
export function usualLine([lon, lat]: At): At[] {
  return [
    [lon + 4.2, lat - 3.2],
    [lon + 2.1, lat - 1.6],
    [lon + 0.1, lat - 0.1],
    [lon - 1.6, lat + 1.6],
  ]
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

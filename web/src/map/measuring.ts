/** Lengths and areas on the globe. */
import type { At } from './layers'

const RADIUS_M = 6_371_008.8
const rad = (deg: number) => (deg * Math.PI) / 180

/** Great-circle distance, metres. */
export function distanceM(a: At, b: At): number {
  const dLat = rad(b[1] - a[1])
  const dLon = rad(b[0] - a[0])
  const h =
    Math.sin(dLat / 2) ** 2 + Math.cos(rad(a[1])) * Math.cos(rad(b[1])) * Math.sin(dLon / 2) ** 2
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

export function lengthM(points: At[]): number {
  return points.slice(1).reduce((sum, to, n) => sum + distanceM(points[n] as At, to), 0)
}

/** Area inside a ring on the sphere, square metres (Chamberlain and Duquette 2007). */
export function areaM2(ring: At[]): number {
  let sum = 0
  for (let n = 0; n < ring.length; n += 1) {
    const a = ring[n] as At
    const b = ring[(n + 1) % ring.length] as At
    sum += rad(b[0] - a[0]) * (2 + Math.sin(rad(a[1])) + Math.sin(rad(b[1])))
  }
  return Math.abs((sum * RADIUS_M * RADIUS_M) / 2)
}

export function metres(value: number): string {
  return value < 1000 ? `${Math.round(value)} m` : `${Number((value / 1000).toPrecision(4))} km`
}

export function squareMetres(value: number): string {
  return value < 1e5 ? `${Math.round(value)} m²` : `${Number((value / 1e6).toPrecision(4))} km²`
}

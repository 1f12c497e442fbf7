// Lengths and areas against figures that are known.
import { expect, it } from 'vitest'
import { areaM2, distanceM, lengthM, metres, squareMetres } from '@/map/measuring'

it('a degree along the equator is a 360th of the way round', () => {
  expect(distanceM([0, 0], [1, 0])).toBeCloseTo((2 * Math.PI * 6_371_008.8) / 360, 3)
  expect(
    lengthM([
      [0, 0],
      [1, 0],
      [2, 0],
    ]),
  ).toBeCloseTo((4 * Math.PI * 6_371_008.8) / 360, 3)
  expect(lengthM([[0, 0]])).toBe(0)
})

it('an octant is an eighth of the globe', () => {
  const ring: [number, number][] = [
    [0, 0],
    [90, 0],
    [90, 90],
    [0, 90],
  ]
  expect(areaM2(ring) / (4 * Math.PI * 6_371_008.8 ** 2)).toBeCloseTo(1 / 8, 6)
})

it('the area does not depend on the way round', () => {
  const ring: [number, number][] = [
    [120, 31],
    [120.1, 31],
    [120.1, 31.1],
    [120, 31.1],
  ]
  expect(areaM2([...ring].reverse())).toBeCloseTo(areaM2(ring), 3)
  expect(areaM2(ring) / 1e6).toBeGreaterThan(105)
  expect(areaM2(ring) / 1e6).toBeLessThan(107)
})

it('are written short', () => {
  expect([metres(950), metres(12345), squareMetres(500), squareMetres(2.5e6)]).toEqual([
    '950 m',
    '12.35 km',
    '500 m²',
    '2.5 km²',
  ])
})

// A scenario's values and its text say the same.
import { describe, expect, it } from 'vitest'
import { freeName, fromToml, idOf, TextFault, toToml, type Doc } from '@/stages/rehearse/make/doc'
import { numbersIn, pairsIn } from '@/stages/rehearse/make/fields'
import { circle, drawn, idsOf, withIds } from '@/stages/rehearse/make/picking'
import { kilometres, rainCsv, trackCsv, trackOf } from '@/stages/rehearse/make/track'
import { beginOf, pointsOfCsv } from '@/stages/rehearse/make/trackTable'

const quake: Doc = {
  scenario: { name: 'quake', title: { zh: '地震', en: 'Quake' }, samples: 64, crews: '' },
  hazards: [
    {
      kind: 'earthquake',
      name: 'shock',
      magnitude: 7.2,
      point: { lon: -90.1, lat: 35.2, depth_km: 10 },
    },
  ],
  rest: { classes: { 'power.line': { fragility: 'wind.line' } } },
}

describe('a scenario', () => {
  it('comes back from its text as it went in, but for what is empty', () => {
    const back = fromToml(toToml(quake))
    expect(back.hazards).toEqual(quake.hazards)
    expect(back.rest).toEqual(quake.rest)
    expect(back.scenario).toEqual({ name: 'quake', title: quake.scenario.title, samples: 64 })
  })

  it('keeps several hazards, tables in lists and names with dots', () => {
    const hazards = [
      ...quake.hazards,
      {
        kind: 'random',
        name: 'more',
        targets: [{ ids: ['a-1', 'b"2'], probability: 1, hours: 3 }],
      },
    ]
    expect(fromToml(toToml({ ...quake, hazards })).hazards).toEqual(hazards)
  })

  it('says the line of what is no TOML', () => {
    try {
      fromToml('[scenario]\nname = ')
      expect.unreachable()
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(TextFault)
      expect((thrown as TextFault).line).toBe(2)
    }
    expect(() => fromToml('hazards = 3')).toThrow(TextFault)
  })

  it('gets a name that files and the server take', () => {
    expect(idOf('Magnitude 7 – near Memphis!', 'x')).toBe('magnitude-7-near-memphis')
    expect(idOf('地震', 'earthquake')).toBe('earthquake')
    expect(freeName('rain', ['rain', 'rain-2'])).toBe('rain-3')
  })
})

describe('drawing', () => {
  const hazard = quake.hazards[0]!
  it('moves the focus and keeps its depth', () => {
    const said = drawn(hazard, {
      tool: 'draw_point',
      shape: 'point',
      points: [[-89.91234567, 35.1]],
    })
    expect(said?.point).toEqual({ lon: -89.9123, lat: 35.1, depth_km: 10 })
  })

  it('puts a fault in the place of a focus', () => {
    const said = drawn(hazard, {
      tool: 'draw_line',
      shape: 'line',
      points: [[1, 2], [1.5, 2.5], [3, 4]],
    }) // prettier-ignore
    expect(said?.trace).toEqual({ ends: [[1, 2], [3, 4]] }) // prettier-ignore
    expect(said && 'point' in said).toBe(false)
  })

  it('narrows a hazard to what was picked, and nothing else narrows it', () => {
    const random = { kind: 'random', targets: [{ lifeline: 'power', probability: 0.1, hours: 2 }] }
    const picked = withIds(random, ['a', 'b'])
    expect(picked.targets).toEqual([{ probability: 0.1, hours: 2, ids: ['a', 'b'] }])
    expect(idsOf(picked)).toEqual(['a', 'b'])
    expect(idsOf(withIds(picked, []))).toEqual([])
  })

  it('draws a circle of the radius asked for', () => {
    for (const corner of circle([120.3, 31.5], 800))
      expect(kilometres([120.3, 31.5], corner)).toBeCloseTo(0.8, 2)
  })
})

describe('a track', () => {
  const course = {
    speed_km_h: 20, pressure_hpa: 950, wind_m_s: 45, end_pressure_hpa: 990, end_wind_m_s: 20,
  } // prettier-ignore
  it('takes the hours that its way takes, and weakens along it', () => {
    const points = trackOf([[120, 30], [120, 31], [120, 32]], course) // prettier-ignore
    expect(points[1]?.hour).toBeCloseTo(111.195 / 20, 1)
    expect(points.map((one) => one.pressure_hpa)).toEqual([950, 970, 990])
  })

  it('comes back from its table', () => {
    const points = trackOf([[120, 30], [121, 31]], course) // prettier-ignore
    const text = trackCsv(points, '2026-09-01T06:00:00Z')
    expect(beginOf(text)).toBe('2026-09-01T06:00:00Z')
    pointsOfCsv(text).forEach((one, n) => {
      expect(one.hour).toBeCloseTo(points[n]?.hour ?? NaN, 2)
      expect(one.lon).toBe(points[n]?.lon)
    })
  })

  it('rains as much as was said, in equal steps', () => {
    const rows = rainCsv(120, 180).trim().split('\n').slice(1)
    expect(rows).toHaveLength(18)
    const whole = rows.reduce((sum, row) => sum + Number(row.split(',')[1]), 0)
    expect(whole).toBeCloseTo(120, 2)
  })
})

describe('typed lists', () => {
  it('are parted as people part them', () => {
    expect(numbersIn('31，33, 35；36 x')).toEqual([31, 33, 35, 36])
    expect(pairsIn('120.1, 31.5\n\n120.2 31.6\nno')).toEqual([[120.1, 31.5], [120.2, 31.6]]) // prettier-ignore
  })
})

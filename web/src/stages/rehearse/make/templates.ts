/** Where a rehearsal may begin: sensible values of each kind of hazard for a city. */
import type { At, Extent } from '@/map/layers'
import type { Doc, Hazard, Table } from './doc'
import { round, trackCsv, trackOf, usualLine, type Course } from './track'

export interface Place {
  centre: At
  extent: Extent | null
  code: string
  zone: string
  /** Name of the city, both languages. */
  name: string
  /** Kinds that the city has, lifeline.kind. */
  kinds: string[]
  lifelines: string[]
  storms: { id: string; title: string }[]
}

export interface Start {
  doc: Doc
  /** Texts of the files that it names. */
  texts: Record<string, string>
}

/** In the order in which they are offered. */
export const KINDS = [
  'earthquake', 'typhoon', 'rain', 'river', 'accident', 'cutoff', 'random', 'targeted', 'heat',
  'cold', 'cyber', 'outbreak', 'field', 'given',
] as const // prettier-ignore
export type Kind = (typeof KINDS)[number]

/** Hazards that stand in the city's terrain and cannot be run without it. */
export const NEEDS_TERRAIN: string[] = ['rain', 'river']

export const USUAL_COURSE: Course = {
  speed_km_h: 22,
  pressure_hpa: 955,
  wind_m_s: 42,
  end_pressure_hpa: 985,
  end_wind_m_s: 23,
}

const TIMES: Partial<Record<Kind, [horizon_h: number, step_h: number]>> = {
  earthquake: [720, 6],
  typhoon: [336, 3],
  rain: [168, 1],
  river: [336, 3],
  accident: [72, 1],
  cutoff: [168, 3],
  random: [168, 3],
  targeted: [168, 3],
  heat: [240, 6],
  cold: [240, 6],
  cyber: [96, 1],
  outbreak: [2016, 24],
}

function inChina(place: Place): boolean {
  return /^\d{6}$/.test(place.code) || place.zone.startsWith('Asia/')
}

function kindsAmong(place: Place, wanted: string[]): string[] {
  return wanted.filter((kind) => place.kinds.includes(kind))
}

/** The storm formula of the city itself where a pack has one. */
export function stormFor(place: Place): string {
  const named = place.storms.find(({ title }) => {
    const word = /^\p{Script=Han}{2}/u.exec(title)?.[0]
    return word !== undefined && place.name.includes(word)
  })
  return (named ?? place.storms[0])?.id ?? ''
}

function lifelineFor(place: Place, wanted: string): string {
  return place.lifelines.includes(wanted) ? wanted : (place.lifelines[0] ?? '')
}

const MAKES: Record<Kind, (place: Place) => { hazard: Table; texts?: Record<string, string> }> = {
  earthquake: (place) => ({
    hazard: {
      point: { lon: place.centre[0], lat: place.centre[1], depth_km: 10 },
      magnitude: 6.5,
      mechanism: 'strike_slip',
      region: inChina(place) ? 'china_turkey' : 'global',
    },
  }),
  typhoon: (place) => ({
    hazard: {
      track: 'track.csv',
      averaging: '2-min',
      spread: { cross_track_km: 30, tracks: 3, wind: 0.1, winds: 3 },
    },
    texts: {
      'track.csv': trackCsv(trackOf(usualLine(place.centre), USUAL_COURSE), '2026-09-01T00:00Z'),
    },
  }),
  rain: (place) => ({
    hazard: {
      storm: stormFor(place),
      return_period_a: 50,
      duration_min: 180,
      step_min: 10,
      ground: 'flood.built_up',
      drainage_mm_h: 36,
      uncovered: 'dry',
    },
  }),
  river: ({ centre: [lon, lat] }) => ({
    hazard: {
      reach: {
        points: [
          [round(lon - 0.1, 4), lat],
          [round(lon + 0.1, 4), lat],
        ],
      },
      stage_m: 5,
      stands_h: 48,
      uncovered: 'dry',
    },
  }),
  accident: ({ centre: [lon, lat] }) => ({ hazard: { lon, lat, radius_m: 800, hours: 24 } }),
  cutoff: (place) => {
    const kinds = kindsAmong(place, ['power.grid_tie', 'power.plant'])
    const fit: Table = kinds.length ? { kinds } : { lifeline: lifelineFor(place, 'water') }
    return { hazard: { ...fit, hours: 48 } }
  },
  random: (place) => ({
    hazard: {
      targets: [{ lifeline: lifelineFor(place, 'power'), probability: 0.02, hours: 24 }],
    },
  }),
  targeted: (place) => ({
    hazard: { lifeline: lifelineFor(place, 'power'), worst: 3, by: 'people', hours: 24 },
  }),
  heat: (place) => ({
    hazard: {
      temperatures_c: [31, 33, 35, 37, 38, 39, 38, 35, 32],
      lifelines: [lifelineFor(place, 'power')],
      peak_factor: 1.1,
    },
  }),
  cold: () => ({ hazard: { temperatures_c: [2, -4, -7, -9, -6, 0], peak_factor: 1.5 } }),
  cyber: (place) => {
    const kinds = kindsAmong(place, ['power.substation_high', 'power.substation_medium'])
    const fit: Table = kinds.length ? { kinds } : { lifeline: lifelineFor(place, 'power') }
    return { hazard: { systems: [{ name: 'dispatch', ...fit, probability: 0.5, hours: 12 }] } }
  },
  outbreak: (place) => {
    const kinds = kindsAmong(place, ['water.works', 'power.plant', 'health.hospital'])
    const fit: Table = kinds.length ? { kinds } : { lifeline: lifelineFor(place, 'water') }
    return {
      hazard: {
        epidemic: {
          r0: 2.5, latent_d: 3, infectious_d: 5, first_share: 0.0001, absent_d: 10,
          hospital_share: 0.03,
        }, // prettier-ignore
        staff: [{ ...fit, people: 24, needed_share: 0.6 }],
      },
    }
  },
  field: () => ({ hazard: { measure: 'PGA', unit: 'g', events: [{ path: 'field.csv' }] } }),
  given: () => ({ hazard: { path: 'failures.csv' } }),
}

/** A hazard of a kind with its usual values. */
export function hazardOf(
  kind: string,
  place: Place,
  name: string,
): { hazard: Hazard; texts: Record<string, string> } {
  const made = kind in MAKES ? MAKES[kind as Kind](place) : { hazard: {} }
  return { hazard: { kind, name, ...made.hazard }, texts: made.texts ?? {} }
}

export function startOf(kind: string, place: Place, title: { zh: string; en: string }): Start {
  const [horizon_h, step_h] = TIMES[kind as Kind] ?? [720, 6]
  const { hazard, texts } = hazardOf(kind, place, kind)
  const scenario = { name: kind, title, horizon_h, step_h, samples: 256, seed: 1 }
  return { doc: { scenario, hazards: [hazard], rest: {} }, texts }
}

/** Named assets that fail for certain. */
export function lost(ids: string[], title: { zh: string; en: string }): Start {
  const scenario = { name: 'lost', title, horizon_h: 168, step_h: 3, samples: 64, seed: 1 }
  const targets = [{ ids, probability: 1, hours: 72 }]
  return {
    doc: { scenario, hazards: [{ kind: 'random', name: 'lost', targets }], rest: {} },
    texts: {},
  }
}

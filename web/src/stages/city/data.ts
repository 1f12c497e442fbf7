/** What the city's pages ask of the server. */
import {
  askJob,
  askWhatIf,
  checkVersion,
  describeVersion,
  getCity,
  getJob,
  getMap,
  getProgress,
  getThing,
  listJobs,
  listVersions,
  listWithin,
  listZones,
  removeCity,
  searchThings,
  type CityOut,
  type CityVersionOut,
  type FoundOut,
  type JobOut,
  type MapOut,
  type ProgressOut,
  type RefOut,
  type ThingOut,
  type WhatIfOut,
  type ZoneColumnsOut,
} from '@/client'
import { answered, everyItem, write } from '@/live/asking'
import type { At } from '@/map/layers'

export type {
  CityOut,
  CityVersionOut,
  FoundOut,
  JobOut,
  MapOut,
  ProgressOut,
  RefOut,
  ThingOut,
  WhatIfOut,
  ZoneColumnsOut,
}

/** A version of a city. */
export interface At_ {
  city: string
  number: number
}

/** A thing that is looked at, by id or by row of its table. */
export interface Which {
  table: 'assets' | 'zones'
  id?: string
  row?: number
}

export function mapOf(city: string, number: number): Promise<MapOut> {
  return answered(getMap({ path: { city, number } }))
}

/** Have the map of a version drawn that has none. */
export function drawMap(city: string, version: number): Promise<JobOut> {
  return answered(askJob({ body: { kind: 'map', input: { city, version } }, headers: write() }))
}

export function oneCity(city: string): Promise<CityOut> {
  return answered(getCity({ path: { city } })) as Promise<CityOut>
}

export function versionsOf(city: string): Promise<CityVersionOut[]> {
  return everyItem((after) =>
    answered(listVersions({ path: { city }, query: { after, limit: 200 } })),
  )
}

/** Remove a city with all its versions; `version` is that of its record. */
export function dropCity(city: string, version: number, why: string): Promise<unknown> {
  return answered(removeCity({ path: { city }, query: { why }, headers: write(version) }))
}

export function askDemo(scale: string, seed: number, city: string): Promise<JobOut> {
  const input = city ? { scale, seed, city } : { scale, seed }
  return answered(askJob({ body: { kind: 'demo', input }, headers: write() }))
}

export function job(id: string): Promise<JobOut> {
  return answered(getJob({ path: { job: id } })) as Promise<JobOut>
}

export function progressOf(id: string): Promise<ProgressOut> {
  return answered(getProgress({ path: { job: id } }))
}

/** Jobs that make cities and are not done. */
export async function making(): Promise<JobOut[]> {
  const of = async (kind: string, state: string) =>
    (await answered(listJobs({ query: { kind, state, limit: 20 } }))).items
  const all = await Promise.all(
    ['demo', 'import'].flatMap((kind) => ['running', 'queued'].map((state) => of(kind, state))),
  )
  return all.flat()
}

export function thing(at: At_, which: Which): Promise<ThingOut> {
  const query =
    which.id !== undefined
      ? { table: which.table, id: which.id }
      : { table: which.table, row: which.row }
  return answered(getThing({ path: at2path(at), query }))
}

function at2path(at: At_): { city: string; number: number } {
  return { city: at.city, number: at.number }
}

export function search(at: At_, q: string, limit = 20): Promise<FoundOut[]> {
  return answered(searchThings({ path: at2path(at), query: { q, limit } }))
}

/** Ids of assets that an outline touches. */
export async function assetsWithin(
  at: At_,
  polygon: At[],
  lifelines: string[],
  kinds: string[],
): Promise<{ ids: string[]; total: number }> {
  const body = { polygon, lifelines, kinds, tables: ['assets' as const] }
  const found = await answered(listWithin({ path: at2path(at), body }))
  return found.assets ?? { ids: [], total: 0 }
}

export function whatIf(at: At_, assets: string[]): Promise<WhatIfOut> {
  return answered(askWhatIf({ path: at2path(at), body: { assets } }))
}

export function zonesOf(at: At_): Promise<ZoneColumnsOut> {
  return answered(listZones({ path: at2path(at) }))
}

/** What a version holds, in figures. */
export interface Info {
  synthetic: boolean
  seed: number | null
  code: string
  time_zone: string
  hash: string
  people: number
  zones: Record<string, number>
  assets: Record<string, { total: number; sources: number; kinds: Record<string, number> }>
  links: Record<string, number>
  needs: Record<string, number>
  rows: Record<string, number>
  origins: Record<string, OriginsOfTable>
  sources: { layer: string; title: string; licence: string; note?: string; retrieved?: string }[]
  statistics: { km2?: number; people_per_km2?: number }
}

export interface OriginsOfColumn {
  measured: number
  inferred: number
  synthetic: number
  values: number
  rules: Record<string, number>
}

export interface OriginsOfTable extends OriginsOfColumn {
  missing: number
  columns: Record<string, OriginsOfColumn>
}

export async function infoOf(at: At_): Promise<Info> {
  return (await answered(describeVersion({ path: at2path(at) }))) as unknown as Info
}

export interface Finding {
  rule: string
  severity: 'error' | 'warning' | 'note'
  what: string
  mend: string
  table: string
  field: string
  ids: string[]
}

export async function findingsOf(at: At_): Promise<Finding[]> {
  return (await answered(checkVersion({ path: at2path(at) }))) as unknown as Finding[]
}

/** What the city's pages ask of the server. */
import {
  askJob,
  askWhatIf,
  checkVersion,
  compareVersions,
  describeVersion,
  getCity,
  getJob,
  getMap,
  getProgress,
  getThing,
  getVersion,
  listJobs,
  listOrigins,
  listVersions,
  listWithin,
  locateAssets,
  listZones,
  removeCity,
  searchThings,
  type ChangesOut,
  type CityOut,
  type CityVersionOut,
  type FindingOut,
  type FoundOut,
  type InfoOut,
  type JobOut,
  type MapOut,
  type OriginsOut,
  type ProgressOut,
  type RefOut,
  type ThingOut,
  type WhatIfOut,
  type ZoneColumnsOut,
} from '@/client'
import { answered, everyItem, write } from '@/live/asking'
import type { At } from '@/map/layers'

export type {
  ChangesOut,
  CityOut,
  CityVersionOut,
  FindingOut,
  FoundOut,
  InfoOut,
  JobOut,
  MapOut,
  OriginsOut,
  ProgressOut,
  RefOut,
  ThingOut,
  WhatIfOut,
  ZoneColumnsOut,
}

/** A version of a city. */
export interface Where {
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

export function oneVersion(at: Where): Promise<CityVersionOut> {
  return answered(
    getVersion({ path: { city: at.city, number: at.number } }),
  ) as Promise<CityVersionOut>
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

export function thing(at: Where, which: Which): Promise<ThingOut> {
  const query =
    which.id !== undefined
      ? { table: which.table, id: which.id }
      : { table: which.table, row: which.row }
  return answered(getThing({ path: { city: at.city, number: at.number }, query }))
}

export function search(at: Where, q: string, limit = 20): Promise<FoundOut[]> {
  return answered(searchThings({ path: { city: at.city, number: at.number }, query: { q, limit } }))
}

/** Ids of assets that an outline touches. */
export async function assetsWithin(
  at: Where,
  polygon: At[],
  lifelines: string[],
  kinds: string[],
): Promise<{ ids: string[]; total: number }> {
  const body = { polygon, lifelines, kinds, tables: ['assets' as const] }
  const found = await answered(listWithin({ path: { city: at.city, number: at.number }, body }))
  return found.assets ?? { ids: [], total: 0 }
}

/** Where assets stand; those without a place are left out. */
export async function spotsOf({ city, number }: Where, assets: string[]): Promise<At[]> {
  const { at } = await answered(locateAssets({ path: { city, number }, body: { assets } }))
  return at.filter((one) => one !== null)
}

export function whatIf(at: Where, assets: string[]): Promise<WhatIfOut> {
  return answered(askWhatIf({ path: { city: at.city, number: at.number }, body: { assets } }))
}

export function zonesOf(at: Where): Promise<ZoneColumnsOut> {
  return answered(listZones({ path: { city: at.city, number: at.number } }))
}

export function infoOf(at: Where): Promise<InfoOut> {
  return answered(describeVersion({ path: { city: at.city, number: at.number } }))
}

export function findingsOf(at: Where): Promise<FindingOut[]> {
  return answered(checkVersion({ path: { city: at.city, number: at.number } }))
}

export function originsOf(at: Where): Promise<OriginsOut> {
  return answered(listOrigins({ path: { city: at.city, number: at.number } }))
}

/** What differs from an older version to this one. */
export function changesOf(at: Where, against: number): Promise<ChangesOut> {
  return answered(
    compareVersions({ path: { city: at.city, number: at.number }, query: { against } }),
  )
}

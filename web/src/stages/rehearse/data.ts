/** What the rehearsal's pages ask of the server. */
import {
  askJob,
  askWhy,
  changeRun,
  changeScenario,
  checkScenario,
  compareRuns,
  getAssetCells,
  getCurves,
  getExceedance,
  getJob,
  getKeyFigures,
  getMap,
  getRun,
  getRunAbout,
  getRunZones,
  getScenario,
  getThing,
  handIn,
  listContent,
  listHazardKinds,
  listJobs,
  listLayers,
  listRunAssets,
  listRuns,
  listScenarios,
  listWeakLinks,
  listWithin,
  locateAssets,
  makeScenario,
  removeRun,
  removeScenario,
  searchThings,
  type Against,
  type AssetCells,
  type AssetState,
  type ContentOut,
  type Curves,
  type FormOfKind,
  type FoundOut,
  type JobOut,
  type KeyFigures,
  type Layer as HazardLayer,
  type LossCurves,
  type MapOut,
  type Outline,
  type Parameter,
  type RunAbout,
  type RunOut,
  type ScenarioChecked,
  type ScenarioOut,
  type ThingOut,
  type Value,
  type WeakLink,
  type WeakLinks,
  type WhyOut,
  type WithinOut,
  type Zones,
} from '@/client'
import { answered, bytesOf, everyItem, write } from '@/live/asking'
import type { At } from '@/map/layers'
import {
  assetFrames, assetStates, frames, type AssetFrames, type AssetStates, type Frames,
} from './run/frames' // prettier-ignore
import { csvRows } from './run/trips'

export type {
  Against,
  AssetCells,
  AssetState,
  ContentOut,
  Curves,
  FormOfKind,
  FoundOut,
  HazardLayer,
  JobOut,
  KeyFigures,
  LossCurves,
  MapOut,
  Parameter,
  RunAbout,
  RunOut,
  ScenarioChecked,
  ScenarioOut,
  Value,
  WeakLink,
  WeakLinks,
  WhyOut,
  Zones,
}

export type WeakBy = WeakLinks['by']

// --- what is there --------------------------------------------------------------------------

export function runsOf(city?: string, scenario?: string): Promise<RunOut[]> {
  return everyItem((after) =>
    answered(listRuns({ query: { what: 'stress', city, scenario, after, limit: 100 } })),
  )
}

export function scenarios(): Promise<ScenarioOut[]> {
  return everyItem((after) => answered(listScenarios({ query: { after, limit: 100 } })))
}

export function scenarioOf(id: string): Promise<ScenarioOut> {
  return answered(getScenario({ path: { scenario: id } }))
}

/** Rehearsals that are queued, at work or failed lately, newest first. */
export async function rehearsing(): Promise<JobOut[]> {
  const of = async (state: string) =>
    (await answered(listJobs({ query: { kind: 'stress', state, limit: 20 } }))).items
  const all = (await Promise.all([of('running'), of('queued'), of('failed')])).flat()
  return all.sort((a, b) => b.asked_at.localeCompare(a.asked_at))
}

export function forgetRun(run: RunOut): Promise<unknown> {
  return answered(removeRun({ path: { run: run.id }, headers: write(run.version) }))
}

export function forgetScenario(one: ScenarioOut): Promise<unknown> {
  return answered(removeScenario({ path: { scenario: one.id }, headers: write(one.version) }))
}

// --- a new rehearsal ------------------------------------------------------------------------

export function mapOf(city: string, number: number): Promise<MapOut> {
  return answered(getMap({ path: { city, number } }))
}

export function hazardKinds(): Promise<FormOfKind[]> {
  return answered(listHazardKinds())
}

export async function contentOf(kind: string): Promise<ContentOut[]> {
  return (await answered(listContent({ path: { kind } }))) as ContentOut[]
}

export function checked(
  text: string,
  files: Record<string, string>,
  city: string,
): Promise<ScenarioChecked> {
  return answered(checkScenario({ body: { text, files, city } }))
}

/** Hand a file in; its id. */
export async function handedIn(name: string, content: Blob): Promise<string> {
  const said = await answered(handIn({ query: { name }, body: content, headers: write() }))
  return said.id
}

export function keepNew(
  id: string,
  text: string,
  files: Record<string, string>,
): Promise<ScenarioOut> {
  return answered(makeScenario({ body: { id, text, files }, headers: write() }))
}

export function keepChanged(
  one: ScenarioOut,
  text: string,
  files: Record<string, string>,
): Promise<ScenarioOut> {
  const path = { scenario: one.id }
  return answered(changeScenario({ path, body: { text, files }, headers: write(one.version) }))
}

export interface Asked {
  city: string
  version?: number
  scenario?: string
  text?: string
  files?: Record<string, string>
  samples?: number
  seed?: number
  explain?: number
}

export function rehearse(input: Asked): Promise<JobOut> {
  const body = { kind: 'stress', input: { ...input } }
  return answered(askJob({ body, headers: write() }))
}

export function within(city: string, number: number, outline: Outline): Promise<WithinOut> {
  return answered(listWithin({ path: { city, number }, body: outline }))
}

/** Where assets stand; those without a place are left out. */
export async function spotsOf(city: string, number: number, assets: string[]): Promise<At[]> {
  const { at } = await answered(locateAssets({ path: { city, number }, body: { assets } }))
  return at.filter((one) => one !== null)
}

export async function search(city: string, number: number, q: string): Promise<FoundOut[]> {
  const asked = searchThings({ path: { city, number }, query: { q, limit: 20 } })
  return ((await answered(asked)) as FoundOut[]).filter((one) => one.table === 'assets')
}

/** The asset that stands in a row of its table. */
export function assetAt(city: string, number: number, row: number): Promise<ThingOut> {
  return answered(getThing({ path: { city, number }, query: { table: 'assets', row } }))
}

/** Where a zone or an asset lies; undefined where that is not known. */
export async function whereIs(
  city: string,
  number: number,
  table: 'assets' | 'zones',
  id: string,
): Promise<[number, number] | undefined> {
  const said = await answered(getThing({ path: { city, number }, query: { table, id } }))
  return said.at ?? undefined
}

// --- one run --------------------------------------------------------------------------------

export function runOf(run: string): Promise<RunOut> {
  return answered(getRun({ path: { run } }))
}

export function aboutOf(run: string): Promise<RunAbout> {
  return answered(getRunAbout({ path: { run } }))
}

/** The scenario that a run was made of, with the files that were handed in for it. */
export async function scenarioOfRun(
  run: string,
): Promise<{ text: string; files: Record<string, string> }> {
  const about = await aboutOf(run)
  const { job } = await runOf(run)
  const input = (await answered(getJob({ path: { job } }))).input
  return {
    text: about.scenario?.toml ?? '',
    files: (input.files as Record<string, string> | undefined) ?? {},
  }
}

export function figuresOf(run: string): Promise<KeyFigures> {
  return answered(getKeyFigures({ path: { run } }))
}

export function curvesOf(run: string, region?: string): Promise<Curves> {
  return answered(getCurves({ path: { run }, query: { region: region || undefined } }))
}

export function zonesOf(run: string, level: string): Promise<Zones> {
  return answered(getRunZones({ path: { run }, query: { level } }))
}

function under(run: string, what: string): string {
  return `/api/v1/runs/${encodeURIComponent(run)}/${what}`
}

export async function framesOf(run: string, lifeline: string, level: string): Promise<Frames> {
  const query = new URLSearchParams({ lifeline, level })
  const { bytes, headers } = await bytesOf(under(run, `frames?${query.toString()}`))
  return frames(bytes, headers.get('X-Shape') ?? '')
}

export async function assetStatesOf(run: string): Promise<AssetStates> {
  const { bytes, headers } = await bytesOf(under(run, 'asset-states'))
  return assetStates(bytes, headers.get('X-Shape') ?? '')
}

/** Assets of a lifeline, or of all, over time: in one sample, or as shares of those kept. */
export async function assetFramesOf(
  run: string,
  lifeline?: string,
  sample?: number,
): Promise<AssetFrames> {
  const { bytes, headers } = await bytesOf(under(run, `asset-frames${asks(lifeline, sample)}`))
  return assetFrames(bytes, headers.get('X-Shape') ?? '', Number(headers.get('X-Samples')))
}

export function assetCellsOf(run: string, lifeline?: string): Promise<AssetCells> {
  return answered(getAssetCells({ path: { run }, query: { lifeline } }))
}

export async function cellFramesOf(
  run: string,
  lifeline?: string,
  sample?: number,
): Promise<Frames> {
  const { bytes, headers } = await bytesOf(
    under(run, `asset-cells/frames${asks(lifeline, sample)}`),
  )
  return frames(bytes, headers.get('X-Shape') ?? '')
}

function asks(lifeline?: string, sample?: number): string {
  const query = new URLSearchParams()
  if (lifeline !== undefined) query.set('lifeline', lifeline)
  if (sample !== undefined) query.set('sample', String(sample))
  return query.size ? `?${query.toString()}` : ''
}

export function assetsOf(run: string, q: string): Promise<AssetState[]> {
  const query = { q, limit: 20 }
  return answered(listRunAssets({ path: { run }, query })).then((page) => page.items)
}

export function weakOf(run: string, by: WeakBy, lifeline?: string): Promise<WeakLinks> {
  return answered(listWeakLinks({ path: { run }, query: { by, lifeline, limit: 50 } }))
}

export function layersOf(run: string): Promise<HazardLayer[]> {
  return answered(listLayers({ path: { run } })) as Promise<HazardLayer[]>
}

export function layerUrl(run: string, layer: string): string {
  return under(run, `layers/${encodeURIComponent(layer)}.png`)
}

export function exceedanceOf(run: string): Promise<LossCurves> {
  return answered(getExceedance({ path: { run } }))
}

export function whyOf(run: string, target: string, lifeline?: string): Promise<WhyOut> {
  return answered(askWhy({ path: { run }, query: { target, lifeline } }))
}

export function withNote(run: RunOut, note: string): Promise<RunOut> {
  const path = { run: run.id }
  return answered(changeRun({ path, body: { note }, headers: write(run.version) }))
}

/** What differs between two runs, the second less the first. */
export function against(run: string, other: string): Promise<Against> {
  return answered(compareRuns({ path: { run, other } }))
}

export const TABLES = ['zones', 'assets', 'weak_links', 'curves', 'exceedance', 'crews'] as const

export function tableUrl(run: string, table: (typeof TABLES)[number]): string {
  return under(run, `tables/${table}.csv`)
}

export function gisUrl(run: string): string {
  return under(run, 'export.gpkg')
}

/** Every trip of the crews in the first sample, by column. */
export async function tripsOf(run: string): Promise<Record<string, string>[]> {
  const { bytes } = await bytesOf(tableUrl(run, 'crews'))
  return csvRows(new TextDecoder().decode(bytes))
}

export function report(run: string, languages: string[]): Promise<JobOut> {
  const body = { kind: 'report', input: { runs: [run], languages } }
  return answered(askJob({ body, headers: write() }))
}

/** What the pages to decide by ask of the server. */
import {
  askJob,
  checkMeasures,
  getInvest,
  getJob,
  getMeasure,
  getN1,
  getProgress,
  getRate,
  getRun,
  getRunAbout,
  getThing,
  listMeasureKinds,
  listRuns,
  listScenarios,
  listWeakLinks,
  listWithin,
  locateAssets,
  makeScenario,
  searchThings,
  type FormOfKind,
  type FoundOut,
  type JobOut,
  type MeasuresChecked,
  type Parameter,
  type ProgressOut,
  type RunOut,
  type ScenarioOut,
  type ThingOut,
  type WeakLink,
} from '@/client'
import { answered, everyItem, write } from '@/live/asking'
import type { At } from '@/map/layers'
import { pick } from '@/words'
import type { Invest, N1, NetworkMeasures, Rate } from './answers'

export type {
  FormOfKind, FoundOut, JobOut, MeasuresChecked, Parameter, ProgressOut, RunOut, ScenarioOut, ThingOut, WeakLink,
} // prettier-ignore

export const KINDS = ['invest', 'n1', 'rate', 'measure'] as const
export type Kind = (typeof KINDS)[number]

export interface Answers {
  invest: Invest
  n1: N1
  rate: Rate
  measure: NetworkMeasures
}

export function isKind(what: string): what is Kind {
  return (KINDS as readonly string[]).includes(what)
}

/** Runs of a city of some kinds, the newest first. */
export async function runsOf(city: string, kinds: readonly string[], most = 50): Promise<RunOut[]> {
  const lists = await Promise.all(
    kinds.map((what) => answered(listRuns({ query: { city, what, limit: most } }))),
  )
  return lists.flatMap((list) => list.items).sort((a, b) => b.at.localeCompare(a.at))
}

export function runOf(run: string): Promise<RunOut> {
  return answered(getRun({ path: { run } }))
}

export function fileUrl(run: string, file: string): string {
  return `/api/v1/runs/${encodeURIComponent(run)}/files/${file}`
}

const ASKS = {
  invest: (run: string) => answered(getInvest({ path: { run } })),
  n1: (run: string) => answered(getN1({ path: { run } })),
  rate: (run: string) => answered(getRate({ path: { run } })),
  measure: (run: string) => answered(getMeasure({ path: { run } })),
}

/** All that an answer of a kind says. */
export function answerOf<K extends Kind>(run: string, kind: K): Promise<Answers[K]> {
  return ASKS[kind](run) as Promise<unknown> as Promise<Answers[K]>
}

export function scenariosKept(): Promise<ScenarioOut[]> {
  return everyItem((after) => answered(listScenarios({ query: { after, limit: 200 } })))
}

/** What runs are called: by the scenario that was kept, else by that which was handed in. */
export async function titlesOfRuns(runs: RunOut[]): Promise<Map<string, string>> {
  const kept = await scenariosKept()
  const named = new Map(kept.map((one) => [one.id, pick(one.title_zh, one.title_en)]))
  const titles = await Promise.all(
    runs.map(async ({ id, scenario, what }) => {
      if (scenario) return [id, named.get(scenario) || scenario] as const
      if (what !== 'stress') return [id, ''] as const
      const about = await answered(getRunAbout({ path: { run: id } })).catch(() => undefined)
      return [id, pick(about?.title.zh, about?.title.en) || about?.scenario?.name || ''] as const
    }),
  )
  return new Map(titles)
}

/** Keep the scenario that a run was struck with, so that it can be struck again; its id. */
export async function keepScenarioOf(run: RunOut, id: string): Promise<string> {
  const { input } = await jobOf(run.job)
  const files = (input.files ?? {}) as Record<string, string>
  const body = { id, text: String(input.text ?? ''), files }
  return (await answered(makeScenario({ body, headers: write() }))).id
}

export function jobOf(job: string): Promise<JobOut> {
  return answered(getJob({ path: { job } }))
}

export function progressOf(job: string): Promise<ProgressOut> {
  return answered(getProgress({ path: { job } }))
}

export function measureForms(): Promise<FormOfKind[]> {
  return answered(listMeasureKinds())
}

export function checked(text: string, city: string, version: number): Promise<MeasuresChecked> {
  return answered(checkMeasures({ body: { text, city, version } }))
}

export function ask(kind: string, input: Record<string, unknown>): Promise<JobOut> {
  return answered(askJob({ body: { kind, input }, headers: write() }))
}

export function weakLinks(run: string, by: 'saved' | 'n1', limit: number): Promise<WeakLink[]> {
  return answered(listWeakLinks({ path: { run }, query: { by, limit } })).then((all) => all.items)
}

export function assetById(city: string, number: number, id: string): Promise<ThingOut> {
  return answered(getThing({ path: { city, number }, query: { id, table: 'assets' } }))
}

export function assetByRow(city: string, number: number, row: number): Promise<ThingOut> {
  return answered(getThing({ path: { city, number }, query: { row, table: 'assets' } }))
}

export function found(city: string, number: number, q: string): Promise<FoundOut[]> {
  return answered(searchThings({ path: { city, number }, query: { q, limit: 20 } })).then((all) =>
    all.filter((one) => one.table === 'assets'),
  )
}

/** Ids of the assets inside an outline. */
export async function assetsWithin(
  city: string,
  number: number,
  polygon: At[],
): Promise<{ ids: string[]; total: number }> {
  const inside = await answered(
    listWithin({ path: { city, number }, body: { polygon, tables: ['assets'] } }),
  )
  return { ids: inside.assets?.ids ?? [], total: inside.assets?.total ?? 0 }
}

/** A point on each asset, by id; those that are gone or have no place are left out. */
export async function spotsOf(
  city: string,
  number: number,
  assets: string[],
): Promise<Map<string, At>> {
  if (!assets.length) return new Map()
  const { at } = await answered(locateAssets({ path: { city, number }, body: { assets } }))
  return new Map(at.flatMap((one, n) => (one ? [[assets[n] ?? '', one] as const] : [])))
}

/** Where assets stand, as far as they have a place; those that are gone are left out. */
export async function placesOf(
  city: string,
  number: number,
  ids: string[],
): Promise<Map<string, ThingOut>> {
  const things = await Promise.all(
    [...new Set(ids)].map((id) => assetById(city, number, id).catch(() => undefined)),
  )
  return new Map(things.flatMap((one) => (one ? [[one.id, one] as const] : [])))
}

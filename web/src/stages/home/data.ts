/** What the overview asks: the runs of a city by gravity, its answers, and what is going on. */
import {
  checkVersion,
  getCurves,
  getKeyFigures,
  getRunAbout,
  getRunZones,
  askJob,
  listJobs,
  listWeakLinks,
  rankRuns,
  type Curves,
  type FindingOut,
  type JobOut,
  type KeyFigures,
  type RankedOut,
  type RunAbout,
  type RunOut,
  type WeakLink,
} from '@/client'
import { answered, write } from '@/live/asking'
import { answerOf, KINDS, runsOf, type Kind } from '@/stages/decide/data'

export type { Curves, JobOut, KeyFigures, RankedOut, RunAbout, RunOut, WeakLink }
export { answerOf }

export interface Ground {
  version: number
  /** Runs of the version in force, the gravest first. */
  runs: RankedOut[]
  /** How many there are, also those that were not sent. */
  total: number
  answers: Partial<Record<Kind, RunOut>>
  /** Runs of earlier versions, which say nothing of this one. */
  earlier: number
  /** The gravest of the newest earlier version that has any, where this one has none. */
  before?: RankedOut
}

const RANKED = 200

export async function groundOf(city: string, version: number): Promise<Ground> {
  const of = (number: number, limit: number) =>
    answered(rankRuns({ path: { city, number }, query: { limit } }))
  const [ranking, asked] = await Promise.all([of(version, RANKED), runsOf(city, KINDS, 50)])
  const { items: runs, total, earlier, earlier_version: last } = ranking
  const before = total || !last ? undefined : (await of(last, 1)).items[0]
  const now = asked.filter((one) => one.city_version === version)
  const answers = Object.fromEntries(
    KINDS.flatMap((kind) => {
      const newest = now.find((one) => one.what === kind)
      return newest ? [[kind, newest] as const] : []
    }),
  )
  return { version, runs, total, answers, earlier, before }
}

export interface Story {
  about: RunAbout
  figures: KeyFigures
  weak: WeakLink | undefined
}

export async function storyOf(run: string): Promise<Story> {
  const [about, figures, weak] = await Promise.all([
    answered(getRunAbout({ path: { run } })),
    answered(getKeyFigures({ path: { run } })),
    answered(listWeakLinks({ path: { run }, query: { by: 'saved', limit: 1 } })),
  ])
  return { about, figures, weak: weak.items[0] ?? weak.single_points[0] }
}

export function curvesOf(run: string): Promise<Curves> {
  return answered(getCurves({ path: { run } }))
}

/** By row of the zones table: mean hours without the lifeline that is out longest there. */
export async function hoursByZone(run: string): Promise<Float64Array> {
  const leaf = await answered(getRunZones({ path: { run } }))
  const others = leaf.levels.filter((level) => level !== leaf.level)
  const all = await Promise.all(
    others.map((level) => answered(getRunZones({ path: { run }, query: { level } }))),
  )
  const parts = [leaf, ...all]
  const most = parts.reduce((n, part) => part.rows.reduce((m, row) => Math.max(m, row), n), -1)
  const hours = new Float64Array(most + 1).fill(NaN)
  for (const part of parts) {
    part.rows.forEach((row, z) => {
      if (row < 0) return
      hours[row] = Math.max(0, ...part.outage_h_mean.map((line) => line[z] ?? 0))
    })
  }
  return hours
}

export async function findingsOf(city: string, number: number): Promise<Record<string, number>> {
  const all: FindingOut[] = await answered(checkVersion({ path: { city, number } }))
  const counts: Record<string, number> = { error: 0, warning: 0, note: 0 }
  for (const one of all) counts[one.severity] = (counts[one.severity] ?? 0) + 1
  return counts
}

/** The newest by when they were asked for; ids of demo jobs do not follow time. */
export async function jobsEnded(): Promise<JobOut[]> {
  const page = await answered(listJobs({ query: { limit: 100 } }))
  const over = page.items.filter((one) => one.ended_at)
  return over.sort((a, b) => (b.ended_at ?? '').localeCompare(a.ended_at ?? '')).slice(0, 5)
}

/** A made-up city to try everything on. */
export function makeDemo(scale: string): Promise<JobOut> {
  const input = { scale, seed: 1, city: `demo-${scale}` }
  return answered(askJob({ body: { kind: 'demo', input }, headers: write() }))
}

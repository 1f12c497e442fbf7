/** What a job is called: its kind, its city and what strikes, in the language of the page. */
import { parse } from 'smol-toml'
import { reactive, watch } from 'vue'
import { getRunAbout, getScenario } from '@/client'
import { nameOf } from '@/frame/chosen'
import { answered } from '@/live/asking'
import { useNews } from '@/live/live'
import { i18n, pick } from '@/words'
import type { Job } from './data'

export type Named = Pick<Job, 'kind' | 'title' | 'input'>
interface Both {
  zh: string
  en: string
}

/** Of scenarios by id, of runs by `run/ID`. */
const titles = reactive(new Map<string, Both>())

const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** The server's own title of a job that was given none; it is of no language. */
function unnamed({ kind, title, input }: Named): boolean {
  const words = [kind, input.city || input.into || input.id, input.scenario]
  return !title || title === words.filter(Boolean).join(' ')
}

export function kindName(kind: string): string {
  const key = `jobs.${kind}`
  return i18n.global.te(key) ? i18n.global.t(key) : kind
}

function cityOf({ kind, input }: Named): string {
  const id = text(input.city) || text(input.into) || text(input.id)
  const given = pick(text(input.name), text(input.name_en))
  const known = given || nameOf(id)
  const scale = `city.scale.${text(input.scale)}`
  if (kind !== 'demo' || known !== id) return known
  return [i18n.global.te(scale) ? i18n.global.t(scale) : '', id].filter(Boolean).join(' ')
}

/** Title of a scenario that came as text with the job. */
function titleIn(toml: string): string {
  if (!toml) return ''
  try {
    const said = parse(toml).scenario as { name?: string; title?: Partial<Both> } | undefined
    return pick(said?.title?.zh, said?.title?.en) || text(said?.name)
  } catch {
    return '' // a text that is no TOML has no title; its job says what is wrong with it
  }
}

/** What a job leans on: the scenario it strikes with, or all of a set, or runs. */
function leansOn({ input }: Named): string[] {
  const runs = Array.isArray(input.runs) ? (input.runs as string[]) : []
  const set = Array.isArray(input.scenarios) ? input.scenarios : []
  const members = (set as { scenario?: string; run?: string }[]).map(
    (one) => text(one.scenario) || `run/${text(one.run)}`,
  )
  const struck = text(input.scenario)
  return [...(struck ? [struck] : []), ...members, ...runs.map((run) => `run/${run}`)]
}

function about(job: Named, known: ReadonlyMap<string, Both>): string {
  const all = leansOn(job)
  if (all.length > 1)
    return i18n.global.t(job.input.runs ? 'jobs.of_runs' : 'jobs.of_scenarios', { n: all.length })
  const [key] = all
  if (key === undefined) return titleIn(text(job.input.text))
  return pick(known.get(key)?.zh, known.get(key)?.en) || key.replace('run/', '')
}

/** What a job is called; a title that somebody gave it stands as it is. */
export function jobName(job: Named, known: ReadonlyMap<string, Both> = titles): string {
  if (!unnamed(job)) return job.title
  return [kindName(job.kind), cityOf(job), about(job, known)].filter(Boolean).join(' · ')
}

async function titleOf(key: string): Promise<Both> {
  const [, run] = key.split('run/')
  if (run === undefined) {
    const one = await answered(getScenario({ path: { scenario: key } }))
    return { zh: one.title_zh, en: one.title_en }
  }
  const { city, title, what } = await answered(getRunAbout({ path: { run } }))
  const said = (place: string, scenario: string) =>
    [place, what === 'stress' ? '' : kindName(what), scenario].filter(Boolean).join(' · ')
  return { zh: said(city.name, title.zh ?? ''), en: said(city.name_en ?? '', title.en ?? '') }
}

async function learn(key: string): Promise<void> {
  titles.set(key, { zh: '', en: '' })
  // what is gone is called by its id
  const said = await titleOf(key).catch(() => undefined)
  if (said) titles.set(key, said)
}

/** Names of jobs; titles of what they lean on are read once, and again when they change. */
export function useJobNames(jobs: () => readonly Named[]): (job: Named) => string {
  watch(
    () =>
      jobs()
        .filter(unnamed)
        .map(leansOn)
        .flatMap((all) => (all.length === 1 ? all : [])),
    (keys) => keys.filter((key) => !titles.has(key)).forEach((key) => void learn(key)),
    { immediate: true },
  )
  useNews(['scenario.change'], ({ subject }) => {
    if (titles.has(subject)) void learn(subject)
  })
  return (job) => jobName(job)
}
